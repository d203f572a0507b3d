//! What leaves for other programs: Jira's CSV, a list's CSV, and cells that no spreadsheet computes.

use docket_domain::{Facts, Row, read::Issue};
use docket_exchange::{
    Format,
    csv::Columns,
    export::{Csv, JiraColumns, JiraCsv, JsonLines, Leaving, ListCsv},
};
use proptest::prelude::*;

use crate::{
    again::{home, made_here, step},
    import, jira,
    reader::rows,
};

pub fn jira_csv(issues: &[Leaving<'_>]) -> Vec<u8> {
    let mut columns = JiraColumns::default();
    issues.iter().for_each(|issue| columns.count(*issue));
    let writer = JiraCsv::new(home(), columns);
    let mut file = Vec::new();
    writer.header(&mut file);
    issues.iter().for_each(|issue| writer.issue(*issue, &mut file));
    file
}

/// The issues of Jira's REST interface, written as its CSV and read again, have the figures of its CSV.
#[test]
fn jira_s_csv_is_read_back() {
    let (rest, facts) = (jira::rest(), Facts::default());
    let issues: Vec<Leaving<'_>> = rest
        .added
        .iter()
        .map(|(id, made)| Leaving {
            id: *id,
            document: &made.document,
            facts: &facts,
        })
        .collect();
    let file = jira_csv(&issues);
    println!(
        "{} bytes, {} columns",
        file.len(),
        rows(&file[..100_000], 100_000)[0].cells.as_ref().unwrap().len()
    );
    assert_eq!(
        Format::detect(&file[..65_536], "export.csv"),
        Some(Format::JiraCsv)
    );
    let made = import(&file, Format::JiraCsv, &Columns::default());
    assert_eq!(made.report.refused, []);
    jira::figures_equal_the_gold(&made);
    let counts = |report: &docket_exchange::Report| {
        let counts = &report.counts;
        [
            counts.comments,
            counts.links,
            counts.attachments,
            counts.labels,
            counts.events,
        ]
    };
    assert_eq!(counts(&made.report), counts(&rest.report));
    for ((id, before), (other, after)) in rest.added.iter().zip(&made.added) {
        assert_eq!(id, other);
        let (before, after) = (Issue::read(&before.document), Issue::read(&after.document));
        let fields = |issue: &Issue| {
            (
                issue.title.clone(),
                issue.description.trim().to_owned(),
                (issue.status, issue.resolution, issue.priority),
                (issue.assignee.clone(), issue.reporter.clone()),
                (
                    issue.component.clone(),
                    issue.labels.clone(),
                    issue.affects.clone(),
                ),
            )
        };
        assert_eq!(fields(&before), fields(&after));
        let relations = |issue: &Issue| {
            let mut all: Vec<_> = issue.links.iter().map(|it| it.target.clone()).collect();
            all.sort();
            all
        };
        assert_eq!(relations(&before), relations(&after));
    }
}

#[test]
fn a_list_leaves_in_its_order_with_the_words_that_people_read() {
    let (document, facts) = made_here(&[], Some(42));
    let row = Row::derive(&document, document_id(), &facts).unwrap();
    let writer = ListCsv::new(home());
    let mut file = Vec::new();
    writer.header(&mut file);
    writer.issue(1, &row, &mut file);
    let text = String::from_utf8(file).unwrap();
    assert!(text.starts_with("\u{feff}Rank,Key,Title,Status,"));
    assert_eq!(
        text.lines().nth(1).unwrap(),
        "1,SWG-42,Hangs on mount,New,,,,,\"Ann, A.\",,,1970-01-01T00:15:00.000Z,1970-01-01T00:15:00.000Z,"
    );
}

fn document_id() -> docket_domain::DocumentId {
    docket_domain::DocumentId::from_bytes([3; 16])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 48 } else { 2_048 }))]

    /// Every cell of every table that leaves: none begins as a formula does. And every line of JSON is one issue.
    #[test]
    fn no_cell_is_computed(steps in prop::collection::vec(step(), 0..20)) {
        let (document, facts) = made_here(&steps, Some(7));
        let issue = Leaving { id: document_id(), document: &document, facts: &facts };
        let mut table = Vec::new();
        Csv::new(home()).issue(issue, &mut table);
        let mut list = Vec::new();
        let row = Row::derive(&document, document_id(), &facts).unwrap();
        ListCsv::new(home()).issue(3, &row, &mut list);
        for file in [table, list, jira_csv(&[issue])] {
            // A header tells the delimiter.
            let file = [b"a,b\n".as_slice(), &file].concat();
            for row in rows(&file, 10_000) {
                for cell in row.cells.unwrap() {
                    prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
                }
            }
        }
        let mut lines = Vec::new();
        JsonLines::new(home()).issue(issue, &mut lines);
        prop_assert_eq!(lines.iter().filter(|byte| **byte == b'\n').count(), 1);
    }

    /// Jira's CSV of anything is read back: one issue, with its texts.
    #[test]
    fn any_issue_is_read_back_from_jira_s_csv(steps in prop::collection::vec(step(), 0..20)) {
        let (document, facts) = made_here(&steps, Some(7));
        let file = jira_csv(&[Leaving { id: document_id(), document: &document, facts: &facts }]);
        let made = import(&file, Format::JiraCsv, &Columns::default());
        prop_assert_eq!(made.report.refused, []);
        let (before, after) = (Issue::read(&document), support_issue(&made.added));
        prop_assert_eq!(&before.title, &after.title);
        prop_assert_eq!(before.status, after.status);
        let bodies = |issue: &Issue| {
            let there = issue.comments.iter().filter(|it| it.deleted_at.is_none());
            let mut all: Vec<_> = there.map(|it| it.body.clone()).collect();
            all.sort();
            all
        };
        prop_assert_eq!(bodies(&before), bodies(&after));
    }
}

fn support_issue(added: &crate::support::Added) -> Issue {
    crate::support::issues(added).remove(0)
}
