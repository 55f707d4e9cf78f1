//! Filters of lists: their options, the active ones, and links that remove them.

use crate::http::free_text::PARAMETER;
use crate::pages::kit::shell::Shell;

/// A filter with several selectable values.
pub(crate) struct Filter {
    /// Query parameter.
    pub name: &'static str,
    /// Label.
    pub title: String,
    /// Options to choose from.
    pub options: Vec<FilterOption>,
}

/// An option of a filter.
pub(crate) struct FilterOption {
    /// Parameter value.
    pub value: String,
    /// Label.
    pub label: String,
    /// True if selected.
    pub chosen: bool,
}

/// An active filter with a link that removes it.
pub(crate) struct Chip {
    /// Label.
    pub label: String,
    /// Address of the page without the filter.
    pub href: String,
}

/// Address of a list page: its path and non-empty parameters.
pub(crate) struct ListAddress {
    path: String,
    pairs: Vec<(String, String)>,
}

/// Parameters that do not filter.
const NO_FILTER: [&str; 4] = ["cursor", "said", PARAMETER, "limit"];

impl ListAddress {
    /// The address of the current page.
    pub(crate) fn of(shell: &Shell) -> Self {
        let (path, query) = shell.path.split_once('?').unwrap_or((&shell.path, ""));
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned();
        let says = |(name, value): &(String, String)| {
            !value.is_empty() && !NO_FILTER.contains(&name.as_str())
        };
        Self { path: path.to_owned(), pairs: pairs.filter(says).collect() }
    }

    /// True if parameter `name` has `value`.
    pub(crate) fn has(&self, name: &str, value: &str) -> bool {
        self.pairs.iter().any(|(n, v)| n == name && v == value)
    }

    /// Address without one value of a parameter.
    pub(crate) fn without(&self, name: &str, value: &str) -> String {
        to(&self.path, self.pairs.iter().filter(|(n, v)| !(n == name && v == value)))
    }

    /// Address without these parameters.
    pub(crate) fn without_any(&self, names: &[&str]) -> String {
        to(&self.path, self.pairs.iter().filter(|(n, _)| !names.contains(&n.as_str())))
    }

    /// Links to the same rows as XLSX and CSV: the API list at `path` with the filters of this
    /// page; `period` is the query that replaces year, month and basis.
    pub(crate) fn files(&self, path: &str, period: &str) -> [String; 2] {
        let head = ["year", "through", "basis"];
        let path = to(path, self.pairs.iter().filter(|(n, _)| !head.contains(&n.as_str())));
        let mark = if path.contains('?') { '&' } else { '?' };
        let period = if period.is_empty() { String::new() } else { format!("{period}&") };
        ["xlsx", "csv"].map(|format| format!("{path}{mark}{period}format={format}"))
    }

    /// Parameters other than `names`, for hidden fields of a form.
    pub(crate) fn other_params(&self, names: &[&str]) -> Vec<(String, String)> {
        self.pairs.iter().filter(|(n, _)| !names.contains(&n.as_str())).cloned().collect()
    }

    /// Builds a filter; each option is a value and its label.
    pub(crate) fn filter(
        &self,
        name: &'static str,
        title: &str,
        options: impl IntoIterator<Item = (String, String)>,
    ) -> Filter {
        let option = |(value, label): (String, String)| FilterOption {
            chosen: self.has(name, &value),
            value,
            label,
        };
        Filter { name, title: title.to_owned(), options: options.into_iter().map(option).collect() }
    }

    /// Chips of all selected options.
    pub(crate) fn chips(&self, filters: &[Filter]) -> Vec<Chip> {
        let of = |filter: &Filter| {
            let chosen = filter.options.iter().filter(|option| option.chosen);
            let chip = |option: &FilterOption| Chip {
                label: format!("{}：{}", filter.title, option.label),
                href: self.without(filter.name, &option.value),
            };
            chosen.map(chip).collect::<Vec<_>>()
        };
        filters.iter().flat_map(of).collect()
    }
}

impl Filter {
    /// Number of selected options.
    pub(crate) fn count(&self) -> usize {
        self.options.iter().filter(|option| option.chosen).count()
    }
}

fn to<'a>(path: &str, pairs: impl Iterator<Item = &'a (String, String)>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Values and labels of an enumeration.
#[macro_export]
macro_rules! options_of {
    ($kind:ty, $language:expr) => {
        <$kind>::ALL.iter().map(|one| (one.to_string(), one.say($language)))
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(path: &str) -> ListAddress {
        let (path, query) = path.split_once('?').unwrap();
        let pairs = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        ListAddress { path: path.to_owned(), pairs }
    }

    #[test]
    fn one_value_is_taken_out_and_the_others_stay() {
        let asked = asked("/projects?year=2021&area=hekou&area=kenli&q=%E6%B5%B7");

        assert_eq!(asked.without("area", "hekou"), "/projects?year=2021&area=kenli&q=%E6%B5%B7");
        assert_eq!(asked.without_any(&["area", "q"]), "/projects?year=2021");
        assert_eq!(asked.other_params(&["area", "q"]), [("year".to_owned(), "2021".to_owned())]);
    }

    #[test]
    fn a_chip_says_what_is_on_and_leads_to_the_page_without_it() {
        let asked = asked("/projects?year=2021&light=red");
        let options = [("red", "红灯"), ("green", "绿灯")];
        let options = options.map(|(value, label)| (value.to_owned(), label.to_owned()));
        let filter = asked.filter("light", "灯", options);

        assert_eq!(filter.count(), 1);
        let chips = asked.chips(&[filter]);
        assert_eq!(
            (chips[0].label.as_str(), chips[0].href.as_str()),
            ("灯：红灯", "/projects?year=2021")
        );
        assert_eq!(chips.len(), 1);
    }
}
