//! Tests of what is found in texts.

use proptest::prelude::*;

use super::PersonalNumber::{Identity, Telephone};
use super::*;

#[test]
fn telephone_numbers_are_found_however_they_are_written() {
    for text in [
        "联系人张三13800138000",
        "请联系 138 0013 8000。",
        "手机：138-0013-8000、备用",
        "+8613800138000",
        "+86 138 0013 8000",
        "+86-13800138000",
        "0086 13800138000",
        "8613800138000",
        "（１３８００１３８０００）",
        "１３８－００１３－８０００",
        "13800138000,13900139000",
        "tel.19912345678",
        "13800138000/13900139000",
        "2021-07-01 13800138000",
        "张三 13800138000 李四",
        "电话0546-8331234",
        "（0546）8331234",
        "(0546) 833 1234",
        "0546 8331234",
        "05468331234",
        "０５４６—８３３１２３４",
        "010-62345678转801",
        "01062345678",
        "021 6234 5678",
        "0546-8331234-801",
        "+86 546 8331234",
        "+86-10-62345678",
        "865468331234",
    ] {
        assert_eq!(found_in(text), [Telephone], "{text}");
    }
}

#[test]
fn identity_numbers_are_found_however_they_are_written() {
    // 11010519491231002X is the example of GB 11643.
    for text in [
        "11010519491231002X",
        "身份证号11010519491231002x。",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "身份证：110105491231002",
    ] {
        assert_eq!(found_in(text), [Identity], "{text}");
    }
    let both = "张三 11010519491231002X 13800138000";
    assert_eq!(found_in(both), [Identity, Telephone]);
}

#[test]
fn amounts_dates_codes_and_documents_are_no_personal_numbers() {
    for text in [
        "总投资13800138000元",
        "13800138000.00",
        "¥13800138000",
        "13,800,138,000",
        "年产 13800138000 吨",
        "发电13800138000kWh",
        "建筑面积13800138000㎡",
        "2021-07-01至2023-12-31",
        "20210701 20231231",
        "2101-440100-04-01-123456",
        "2019-370500-26-03-012345",
        "210144010004011234567890",
        "项目代码：2111-522323-04-01-342068",
        "91370500MA3C12345X",
        "东发改〔2021〕13号",
        "鲁发改投资〔2021〕1380号、1381号",
        "第13800138000号",
        "0301-20210701",
        "合同SD-2021-13800138000",
        "ABC13800138000",
        "138001380001",
        "1380013800",
        "12800138000",
        "11010519491231002",
        "110105194912310021",
        "11010519491331002X",
        "00010519491231002X",
        "110105491331002",
        "2100.123456789012345",
        "经纬度 118.674700, 37.433700",
        "1、2、3、4、5、6、7、8、9、10、11、12",
    ] {
        assert_eq!(found_in(text), [], "{text}");
    }
}

/// The check digit, computed in the way of ISO 7064 MOD 11-2.
fn with_check_digit(first: &str) -> String {
    let rest = first.bytes().fold(0, |sum, b| (sum + u32::from(b - b'0')) * 2 % 11);
    let check = (12 - rest) % 11;
    if check == 10 { format!("{first}X") } else { format!("{first}{check}") }
}

prop_compose! {
    /// The first 17 digits of an identity number.
    fn first_17()(
        province in prop::sample::select(vec![11, 13, 21, 37, 44, 52, 65, 71, 82]),
        place in 0_u32..10_000,
        days in 0_u64..45_000,
        number in 0_u32..1_000,
    ) -> String {
        let born = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Days::new(days);
        format!("{province}{place:04}{}{number:03}", born.format("%Y%m%d"))
    }
}

proptest! {
    #[test]
    fn every_identity_number_is_found(first in first_17(), before in "[甲乙 ：（]{0,3}", after in "[甲乙 。，]{0,3}") {
        let text = format!("{before}{}{after}", with_check_digit(&first));
        prop_assert!(found_in(&text).contains(&Identity), "{}", text);
    }

    #[test]
    fn no_identity_number_with_another_check_digit_is_found(first in first_17(), other in 1_usize..11) {
        let right = with_check_digit(&first);
        let digits: Vec<char> = "0123456789X".chars().collect();
        let at = digits.iter().position(|c| right.ends_with(*c)).unwrap();
        let wrong = format!("{first}{}", digits[(at + other) % 11]);
        prop_assert_eq!(found_in(&wrong), []);
    }

    #[test]
    fn every_mobile_number_is_found(
        second in "[3-9]", rest in "[0-9]{9}", before in "[甲乙 ：、]{0,3}",
        form in 0_usize..4,
    ) {
        let number = format!("1{second}{rest}");
        let (a, b, c) = (&number[..3], &number[3..7], &number[7..]);
        let written = [
            number.clone(), format!("{a} {b} {c}"), format!("{a}-{b}-{c}"), format!("+86{number}"),
        ];
        prop_assert_eq!(found_in(&format!("{before}{}。", written[form])), [Telephone]);
    }

    #[test]
    fn amounts_in_files_are_no_numbers(wan in 0_u64..10_000_000_000, part in 0_u32..1_000_000) {
        prop_assert_eq!(found_in(&format!("{wan}.{part:06}")), []);
        prop_assert_eq!(found_in(&format!("总投资 {wan} 万元，其中 {wan}.{:02} 万元自筹", part % 100)), []);
    }

    #[test]
    fn codes_of_projects_are_no_numbers(
        month in "(1[5-9]|2[0-9])(0[1-9]|1[0-2])", place in "[1-6][1-7][0-9]{4}", kinds in "0[1-9]-[0-9]{2}",
        number in "[0-9]{6}",
    ) {
        prop_assert_eq!(found_in(&format!("代码{month}-{place}-{kinds}-{number}")), []);
        prop_assert_eq!(found_in(&format!("代码20{month}-{place}-{kinds}-{number}")), []);
    }

    #[test]
    fn credit_codes_are_no_numbers(
        kind in "(11|12|13|31|51|52|53|91|92|93)", place in "(370500|370502|110105|440304|522323)",
        body in "[0-9A-HJ-NPQRTUWXY]{10}",
    ) {
        prop_assert_eq!(found_in(&format!("信用代码{kind}{place}{body}")), []);
    }

    #[test]
    fn any_text_is_read(text in ".{0,60}") {
        let _ = found_in(&text);
    }
}
