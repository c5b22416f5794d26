//! Notes in `changes/` have the form that a release can fold into the change log.

use super::{Finding, Tree, has_extension};

/// The groups of the change log.
const KINDS: &[&str] = &["Added", "Changed", "Deprecated", "Fixed", "Removed", "Security"];

/// `kind:`, `crates:`, an empty line, then the text; see `changes/README.md`.
pub(super) fn form(tree: &Tree) -> Vec<Finding> {
    let notes = tree.iter().filter(|(path, _)| path.starts_with("changes/") && *path != "changes/README.md");
    notes
        .filter_map(|(path, text)| wrong_with(tree, path, text).map(|message| Finding::new(path, message)))
        .collect()
}

fn wrong_with(tree: &Tree, path: &str, text: &str) -> Option<String> {
    if !has_extension(path, "md") {
        return Some("a note is a .md file".to_owned());
    }
    let mut lines = text.lines();
    let kind = lines.next().and_then(|line| line.strip_prefix("kind: ")).unwrap_or_default();
    if !KINDS.contains(&kind) {
        return Some(format!("the first line must be `kind: ` and one of {}", KINDS.join(", ")));
    }
    let Some(names) = lines.next().and_then(|line| line.strip_prefix("crates: ")) else {
        return Some("the second line must be `crates: ` and the crates it touches, with commas".to_owned());
    };
    let known = tree.crates();
    if let Some(unknown) = names.split(", ").find(|name| *name != "workspace" && !known.contains(name)) {
        return Some(format!("`{unknown}` is not a crate of the workspace (or `workspace` for all)"));
    }
    let separated = lines.next().is_some_and(str::is_empty);
    let told = lines.any(|line| !line.trim().is_empty());
    (!separated || !told)
        .then(|| "after an empty line, say what changed and what users do about it".to_owned())
}

#[cfg(test)]
mod tests {
    use super::form;
    use crate::tidy::check;

    fn check_note(note: &str, expected: &[&str]) {
        let crates = [("crates/billwire-core/Cargo.toml", ""), ("crates/billwire/Cargo.toml", "")];
        check(
            form,
            &[crates[0], crates[1], ("changes/README.md", "about"), ("changes/note.md", note)],
            expected,
        );
    }

    #[test]
    fn a_note_in_order_passes() {
        check_note("kind: Added\ncrates: billwire-core, billwire\n\nThe client.\n", &[]);
        check_note("kind: Added\ncrates: workspace\n\nThe client.\n", &[]);
    }

    #[test]
    fn each_broken_part_is_found() {
        check_note("kind: New\ncrates: billwire\n\nThe client.\n", &["changes/note.md"]);
        check_note("kind: Added\n\nThe client.\n", &["changes/note.md"]);
        check_note("kind: Added\ncrates: billwire-gone\n\nThe client.\n", &["changes/note.md"]);
        check_note("kind: Added\ncrates: billwire\n\n", &["changes/note.md"]);
        check_note("kind: Added\ncrates: billwire\nThe client.\nMore.\n", &["changes/note.md"]);
    }

    #[test]
    fn a_file_that_is_no_page_is_found() {
        check(form, &[("changes/note.txt", "kind: Added\n")], &["changes/note.txt"]);
    }
}
