//! The filters of a list: what can be chosen, what is, and each of it to be taken out again.

use crate::pages::kit::shell::Shell;

/// One filter of which several values may be chosen.
pub struct Pick {
    /// The parameter.
    pub name: &'static str,
    /// What people call it.
    pub title: String,
    /// What there is to choose.
    pub options: Vec<PickOption>,
}

/// One value of a filter.
pub struct PickOption {
    /// The value in the address.
    pub value: String,
    /// What people call it.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A filter that is on, with the way to take it out.
pub struct Chip {
    /// What it says.
    pub label: String,
    /// The same page without it.
    pub href: String,
}

/// The parameters of an address.
pub struct Asked {
    path: String,
    pairs: Vec<(String, String)>,
}

/// What an address says of the way a list is shown, and nothing of what is in it.
const NO_FILTER: [&str; 3] = ["cursor", "said", "limit"];

impl Asked {
    /// Those of the page `shell` is around, as far as they say something.
    pub fn of(shell: &Shell) -> Self {
        let (path, query) = shell.path.split_once('?').unwrap_or((&shell.path, ""));
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let says = |(name, value): &(String, String)| {
            !value.is_empty() && !NO_FILTER.contains(&name.as_str())
        };
        Self { path: path.to_owned(), pairs: pairs.filter(says).collect() }
    }

    /// Whether `name` has `value`.
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(n, v)| n == name && v == value)
    }

    /// The values of `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The same page without one value.
    pub fn without(&self, name: &str, value: &str) -> String {
        to(&self.path, self.pairs.iter().filter(|(n, v)| !(n == name && v == value)))
    }

    /// The same page without these parameters.
    pub fn without_any(&self, names: &[&str]) -> String {
        to(&self.path, self.pairs.iter().filter(|(n, _)| !names.contains(&n.as_str())))
    }

    /// The same rows as a workbook and as CSV: the API's list at `path`, with `kept` of what is
    /// chosen at the head of a page.
    pub fn files(&self, path: &str, kept: &str) -> [String; 2] {
        let head = ["year", "through", "basis"];
        let path = to(path, self.pairs.iter().filter(|(n, _)| !head.contains(&n.as_str())));
        let mark = if path.contains('?') { '&' } else { '?' };
        let kept = if kept.is_empty() { String::new() } else { format!("{kept}&") };
        ["xlsx", "csv"].map(|format| format!("{path}{mark}{kept}format={format}"))
    }

    /// What a form that asks for `names` must carry along.
    pub fn beside(&self, names: &[&str]) -> Vec<(String, String)> {
        self.pairs.iter().filter(|(n, _)| !names.contains(&n.as_str())).cloned().collect()
    }

    /// A filter with `options`, each a value and what people call it.
    pub fn pick(
        &self,
        name: &'static str,
        title: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Pick {
        let option = |(value, label): (String, String)| PickOption {
            chosen: self.has(name, &value),
            value,
            label,
        };
        Pick { name, title: title.to_owned(), options: options.into_iter().map(option).collect() }
    }

    /// A chip for everything that is chosen of `picks`.
    pub fn chips(&self, picks: &[Pick]) -> Vec<Chip> {
        let of = |pick: &Pick| {
            let chosen = pick.options.iter().filter(|option| option.chosen);
            let chip = |option: &PickOption| Chip {
                label: format!("{}：{}", pick.title, option.label),
                href: self.without(pick.name, &option.value),
            };
            chosen.map(chip).collect::<Vec<_>>()
        };
        picks.iter().flat_map(of).collect()
    }
}

impl Pick {
    /// How many values are chosen.
    pub fn count(&self) -> usize {
        self.options.iter().filter(|option| option.chosen).count()
    }
}

fn to<'a>(path: &str, pairs: impl Iterator<Item = &'a (String, String)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The values of an enumeration and what people call them.
#[macro_export]
macro_rules! options_of {
    ($kind:ty, $language:expr) => {
        <$kind>::ALL.iter().map(|one| (one.to_string(), one.say($language)))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str) -> Asked {
        let (path, query) = path.split_once('?').unwrap();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Asked { path: path.to_owned(), pairs }
    }

    #[test]
    fn one_value_is_taken_out_and_the_others_stay() {
        let asked = asked("/projects?year=2021&area=hekou&area=kenli&q=%E6%B5%B7");

        assert_eq!(asked.without("area", "hekou"), "/projects?year=2021&area=kenli&q=%E6%B5%B7");
        assert_eq!(asked.without_any(&["area", "q"]), "/projects?year=2021");
        assert_eq!(asked.beside(&["area", "q"]), [("year".to_owned(), "2021".to_owned())]);
        assert_eq!(asked.all("area").collect::<Vec<_>>(), ["hekou", "kenli"]);
    }

    #[test]
    fn a_chip_says_what_is_on_and_leads_to_the_page_without_it() {
        let asked = asked("/projects?year=2021&light=red");
        let options = [("red", "红灯"), ("green", "绿灯")];
        let options = options.map(|(value, label)| (value.to_owned(), label.to_owned()));
        let pick = asked.pick("light", "灯", options);

        assert_eq!(pick.count(), 1);
        let chips = asked.chips(&[pick]);
        assert_eq!(
            (chips[0].label.as_str(), chips[0].href.as_str()),
            ("灯：红灯", "/projects?year=2021")
        );
        assert_eq!(chips.len(), 1);
    }
}
