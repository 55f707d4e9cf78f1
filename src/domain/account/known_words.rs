//! Words that everybody here knows, and that a password must therefore not consist of.

use std::collections::BTreeSet;

use pinyin::ToPinyin;

/// Words of the city, its counties and this program.
const OF_THE_CITY: [&str; 38] = [
    "dongying",
    "dongyingshi",
    "dongyingqu",
    "dongyinggang",
    "kenli",
    "kenliqu",
    "lijin",
    "lijinxian",
    "guangrao",
    "guangraoxian",
    "hekou",
    "hekouqu",
    "shandong",
    "shengli",
    "shengliyoutian",
    "huanghe",
    "huanghekou",
    "jingkaiqu",
    "gaoxinqu",
    "nongaoqu",
    "zhengfu",
    "fagaiwei",
    "fazhangaige",
    "zhongda",
    "zhongdian",
    "xiangmu",
    "diaodu",
    "majorproject",
    "majorprojects",
    "major-projects",
    "东营",
    "垦利",
    "利津",
    "广饶",
    "河口",
    "重大项目",
    "调度",
    "发改委",
];

/// What the commonest passwords here are made of: to `Admin@123456` the estimate gives many years.
const OF_PASSWORDS: [&str; 46] = [
    "admin",
    "administrator",
    "guanliyuan",
    "password",
    "passw0rd",
    "p@ssword",
    "p@ssw0rd",
    "passwd",
    "welcome",
    "letmein",
    "iloveyou",
    "woaini",
    "5201314",
    "1314520",
    "huawei",
    "inspur",
    "china",
    "zhongguo",
    "qwert",
    "qwerty",
    "qwertyuiop",
    "asdfg",
    "asdfghjkl",
    "zxcvb",
    "zxcvbnm",
    "qazwsx",
    "1qaz2wsx",
    "1qaz@wsx",
    "!qaz2wsx",
    "1q2w3e",
    "1q2w3e4r",
    "q1w2e3r4",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "654321",
    "111111",
    "000000",
    "666666",
    "888888",
    "123123",
    "112233",
    "147258369",
];

/// Least letters of a word that is cut out of a password; shorter ones stand in other words.
const LEAST_LETTERS: usize = 5;

/// The words of the city and of common passwords, and `names` in the forms people type them: as they are written, in their
/// parts, in pinyin and by its initials. In lower case.
pub(crate) fn known_words<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let common = OF_THE_CITY.iter().chain(&OF_PASSWORDS);
    let mut words: BTreeSet<String> = common.map(ToString::to_string).collect();
    for name in names {
        let name = name.to_lowercase();
        words.extend(name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        let syllables: Vec<&str> =
            name.as_str().to_pinyin().flatten().map(pinyin::Pinyin::plain).collect();
        words.insert(syllables.concat());
        words.insert(syllables.iter().filter_map(|syllable| syllable.get(..1)).collect());
        // Of a person the given name, of a unit the words that its long name is made of.
        words.insert(syllables.iter().skip(1).copied().collect());
        words.extend(syllables.windows(2).map(<[&str]>::concat));
        // The family name at the end, as in English.
        words.insert(syllables.iter().skip(1).chain(syllables.first()).copied().collect());
        words.insert(name);
    }
    words.retain(|word| word.chars().count() > 1);
    words
}

/// How many different characters of `password` are left without `words`: a year or a date adds few.
pub(crate) fn left_without(password: &str, words: &BTreeSet<String>) -> usize {
    let mut left = password.to_lowercase();
    let mut words: Vec<&String> = words.iter().filter(|word| stands_alone(word)).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    for word in words {
        left = left.replace(word.as_str(), "");
    }
    left.chars().filter(|c| !c.is_whitespace()).collect::<BTreeSet<_>>().len()
}

/// True if `word` is long enough to be a word wherever it stands.
fn stands_alone(word: &str) -> bool {
    !word.is_ascii() || word.len() >= LEAST_LETTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_every_form_people_type() {
        let words = known_words(["张伟东", "东营市发展和改革委员会", "Zhang.Wei"]);

        for form in [
            "张伟东",
            "zhangweidong",
            "zwd",
            "weidong",
            "weidongzhang",
            "fazhan",
            "gaige",
            "dongyingshifazhanhegaigeweiyuanhui",
            "zhang.wei",
            "zhang",
            "kenli",
        ] {
            assert!(words.contains(form), "{form}");
        }
    }

    #[test]
    fn what_is_left_is_counted_without_the_words() {
        let words = known_words(["张伟"]);

        assert_eq!(left_without("Dongying2021", &words), 3);
        assert_eq!(left_without("DongYing@Kenli#2021!", &words), 6);
        assert_eq!(left_without("zhangweizhangwei1", &words), 1);
        assert_eq!(left_without("Admin@123456", &words), 1);
        assert_eq!(left_without("river lantern copper 47", &words), 13);
    }
}
