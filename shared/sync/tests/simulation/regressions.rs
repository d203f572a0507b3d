//! Runs that once went wrong, and the plain ones that must go right first.

use docket_domain::{Role, words::Severity};

use super::{
    plan::{Step, What},
    simulate,
};

#[test]
fn nothing_happens() {
    simulate(1, &[]);
}

#[test]
fn two_members_edit_one_issue() {
    simulate(
        2,
        &[
            Step::Open(1, 0, 0),
            Step::Open(2, 0, 0),
            Step::Run(399),
            Step::Edit(1, 0, 0, What::Describe),
            Step::Edit(2, 0, 0, What::Describe),
            Step::Edit(2, 0, 0, What::Comment),
            Step::Run(399),
            Step::Edit(1, 0, 0, What::Rank(0)),
        ],
    );
}

#[test]
fn a_refused_change_amid_good_ones_is_set_aside_alone() {
    simulate(
        3,
        &[
            Step::Open(3, 0, 0),
            Step::Run(399),
            Step::Edit(3, 0, 0, What::Comment),
            Step::Edit(3, 0, 0, What::Severity(Severity::ALL[0])),
            Step::Edit(3, 0, 0, What::Comment),
            Step::Run(100),
            Step::Edit(3, 0, 0, What::Describe),
        ],
    );
}

#[test]
fn a_viewers_new_issue_is_set_aside() {
    simulate(
        270_353_841_267_402_217,
        &[Step::SetRole(3, Role::Viewer), Step::Edit(3, 0, 0, What::Create)],
    );
}

/// The hub's Bloom filter held the viewer's change by chance, and a hub that takes nothing from a viewer doesn't ask.
#[test]
fn a_member_who_becomes_a_viewer_with_edits_on_the_way() {
    simulate(
        4_819_604_620_916_344_312,
        &[
            Step::Edit(3, 0, 2, What::Title),
            Step::Run(110),
            Step::KillHub,
            Step::Edit(3, 0, 2, What::Title),
            Step::SetRole(3, Role::Viewer),
        ],
    );
}
