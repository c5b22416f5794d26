//! What a specification page itself lists: rows of a table, numbered points, bold names. A list must name them all.

use std::collections::BTreeSet;

use serde::Deserialize;

/// Where the page lists the entries of one group.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Listed {
    /// The section that holds them.
    pub(super) section: String,
    /// The heading of the first column of their table: its cells are the names.
    column: Option<String>,
    /// Numbered points: `1. …` is `1`, and `Client: (1) …` is `client (1)`.
    #[serde(default)]
    points: bool,
    /// Lines that begin with a bold word, which begins with this letter: `**V1 …`.
    bold: Option<String>,
    /// The word before the names above a test: `Trap` wants `/// Trap T1: …`.
    pub(super) named: Option<String>,
}

impl Listed {
    /// The names that the page has.
    pub(super) fn names(&self, page: &str) -> BTreeSet<String> {
        let lines = section(page, &self.section);
        let mut names = BTreeSet::new();
        if let Some(column) = &self.column {
            names.extend(first_cells(&lines, column));
        }
        if self.points {
            names.extend(paragraphs(&lines).iter().flat_map(|text| points(text)));
        }
        if let Some(letter) = &self.bold {
            let bold = lines.iter().filter_map(|line| line.strip_prefix("**")?.split([' ', '*']).next());
            names.extend(bold.filter(|word| word.starts_with(letter.as_str())).map(str::to_owned));
        }
        names
    }
}

/// The lines of one section, without those of its subsections.
fn section<'page>(page: &'page str, number: &str) -> Vec<&'page str> {
    let is_heading = |line: &&str| line.starts_with('#');
    let begins = |line: &&str| {
        let title = line.trim_start_matches('#').trim_start();
        is_heading(line) && title.split(' ').next().is_some_and(|word| word.trim_end_matches('.') == number)
    };
    let lines = page.lines().skip_while(|line| !begins(line)).skip(1);
    lines.take_while(|line| !is_heading(line)).collect()
}

/// The first cells of the rows below the heading `column`.
fn first_cells(lines: &[&str], column: &str) -> Vec<String> {
    let cell = |line: &str| line.strip_prefix("| ").and_then(|row| row.split(" |").next().map(str::to_owned));
    let mut rows = lines.iter().skip_while(|line| cell(line).is_none_or(|first| first != column));
    let mut found = Vec::new();
    if rows.next().is_some() {
        let below = rows.skip(1).map_while(|line| cell(line));
        found.extend(below.map(|name| name.replace(['`', '*'], "")));
    }
    found
}

/// Texts between empty lines; a numbered point begins a text of its own.
fn paragraphs(lines: &[&str]) -> Vec<String> {
    let mut found = vec![String::new()];
    for line in lines {
        if line.is_empty() || number_of(line).is_some() {
            found.push(String::new());
        }
        if let Some(last) = found.last_mut() {
            last.push_str(line);
            last.push(' ');
        }
    }
    found
}

/// `1` of `1. Text`, `client (1)` and `client (2)` of `Client: (1) text; (2) text`.
fn points(paragraph: &str) -> Vec<String> {
    let paragraph = paragraph.trim_start();
    if let Some(number) = number_of(paragraph) {
        return vec![number.to_owned()];
    }
    let (word, rest) = match paragraph.split_once(": ") {
        Some((word, rest)) if word.chars().all(char::is_alphabetic) => (word.to_lowercase(), rest),
        _ => return Vec::new(),
    };
    let numbers = rest.split('(').filter_map(|part| part.split_once(')')).map(|(number, _)| number);
    numbers.filter(|number| is_number(number)).map(|number| format!("{word} ({number})")).collect()
}

/// `3` of `3. Text`.
fn number_of(text: &str) -> Option<&str> {
    text.split_once(". ").map(|(number, _)| number).filter(|number| is_number(number))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Listed;

    const PAGE: &str = "## 3. Traps\n\n| # | what |\n| --- | --- |\n| L1 | a |\n| L2 | b |\n\n| word | what |\n|---|---|\n\
                        | `one`, two | c |\n### 3.1 More\n| # | what |\n|---|---|\n| L3 | d |\n**V1 - bold**\n**Checks**\n\
                        ## 4 Points\n\n1. **First.** Text\nthat goes on.\n2. **Second.**\n\n\
                        Client: (1) a (or b);\n(2) c 3.4.\n\nSee: (nothing)\n";

    #[track_caller]
    fn check(listed: &str, expected: &[&str]) {
        let listed: Listed = toml::from_str(listed).unwrap();
        assert_eq!(listed.names(PAGE).iter().map(String::as_str).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn rows_of_the_table_with_a_heading() {
        check("section = \"3\"\ncolumn = \"#\"", &["L1", "L2"]);
        check("section = \"3\"\ncolumn = \"word\"", &["one, two"]);
        check("section = \"3.1\"\ncolumn = \"#\"", &["L3"]);
        check("section = \"3\"\ncolumn = \"gone\"", &[]);
        check("section = \"5\"\ncolumn = \"#\"", &[]);
    }

    #[test]
    fn numbered_points_and_bold_words() {
        check("section = \"4\"\npoints = true", &["1", "2", "client (1)", "client (2)"]);
        check("section = \"3.1\"\nbold = \"V\"", &["V1"]);
    }
}
