//! Runs that once went wrong, and the plain ones that must go right first.

use docket_domain::{Role, words::Severity};

use super::{
    plan::{Readers, Step, What},
    server::Fault,
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

/// The row of a document that left this member's view was kept for an edit's sake, and forgotten when that had ended.
#[test]
fn what_left_the_view_goes_when_its_last_edit_has_ended() {
    simulate(
        15_729_018_411_163_028_863,
        &[
            Step::Edit(1, 0, 1, What::Comment),
            Step::SetRole(1, Role::Viewer),
            Step::Edit(1, 1, 0, What::Comment),
            Step::Run(235),
            Step::SetAudience(1, Readers::Group),
            Step::KillTab(1, 1),
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

/// Its text is set aside; the document, which isn't this member's to read any more, goes with its row.
#[test]
fn an_edit_of_an_issue_that_leaves_ones_view_meanwhile() {
    simulate(
        46_840_342_442_277_784,
        &[
            Step::Edit(1, 0, 2, What::Comment),
            Step::SetAudience(0, Readers::Cea),
        ],
    );
}

#[test]
fn an_issue_that_comes_back_into_view_with_an_edit_waiting() {
    simulate(
        5,
        &[
            Step::Partition(1),
            Step::Edit(1, 0, 0, What::Comment),
            Step::SetAudience(0, Readers::Cea),
            Step::Run(300),
            Step::SetAudience(0, Readers::Everybody),
        ],
    );
}

#[test]
fn a_purged_issue_with_edits_waiting() {
    simulate(
        6,
        &[
            Step::Partition(1),
            Step::Edit(1, 0, 0, What::Comment),
            Step::Edit(2, 0, 0, What::Describe),
            Step::Purge(0),
        ],
    );
}

#[test]
fn a_new_epoch_with_edits_waiting() {
    simulate(
        7,
        &[
            Step::Partition(1),
            Step::Edit(1, 0, 0, What::Comment),
            Step::Edit(1, 1, 0, What::Describe),
            Step::NewEpoch,
            Step::Edit(2, 0, 0, What::Describe),
        ],
    );
}

/// Both tabs hold the refused change; only one carries out again what followed it.
#[test]
fn two_tabs_with_one_refused_change() {
    for seed in 0..20 {
        simulate(
            seed,
            &[
                Step::Partition(3),
                Step::Edit(3, 0, 0, What::Severity(Severity::ALL[0])),
                Step::Run(200),
                Step::Edit(3, 1, 0, What::Comment),
                Step::Edit(3, 0, 0, What::Describe),
                Step::Run(200),
                Step::Heal(3),
                Step::Run(150),
                Step::Edit(3, 1, 0, What::Comment),
            ],
        );
    }
}

/// A tab ends between the refusal and the renewal, and another begins.
#[test]
fn a_tab_that_ends_with_a_refusal_on_the_way() {
    for seed in 0..20 {
        simulate(
            seed,
            &[
                Step::Edit(3, 0, 0, What::Severity(Severity::ALL[0])),
                Step::Edit(3, 0, 0, What::Comment),
                Step::Run(60 + 15 * u16::try_from(seed).unwrap()),
                Step::KillTab(3, 0),
                Step::Edit(3, 1, 0, What::Comment),
                Step::StartTab(3, 0),
            ],
        );
    }
}

/// While others were told of an edit, the store failed to forget a socket that had gone with the killed hub; the rest of
/// them were never told.
#[test]
fn a_store_that_fails_after_the_hub_was_killed() {
    simulate(
        455_187_225_478_604_028,
        &[
            Step::Edit(0, 1, 0, What::Comment),
            Step::Lose(1, 0),
            Step::Revoke(1),
            Step::Edit(0, 0, 0, What::Rank(0)),
            Step::Fault(Fault::Kill(0)),
            Step::Run(155),
            Step::Run(316),
            Step::Fault(Fault::Write(1)),
            Step::Edit(0, 0, 2, What::Comment),
            Step::Run(47),
        ],
    );
}

/// A change was refused and its command set aside or done again; another tab still holds the change, and brings it once
/// more after its member was given more rights. Taken then, the text would stand there although it was set aside, or
/// twice.
#[test]
fn a_tab_that_brings_a_left_behind_change_again_with_new_rights() {
    simulate(
        11_332_960_019_473_191_532,
        &[
            Step::KillTab(1, 0),
            Step::Run(127),
            Step::Edit(1, 0, 0, What::Create),
            Step::NewEpoch,
            Step::Edit(3, 1, 0, What::Rank(0)),
            Step::Edit(1, 0, 0, What::Comment),
            Step::Fault(Fault::Panic),
            Step::Run(271),
            Step::KillHub,
            Step::Run(376),
            Step::Run(180),
            Step::Edit(3, 0, 4, What::Comment),
            Step::Edit(1, 1, 3, What::Comment),
            Step::Run(51),
            Step::Edit(1, 0, 0, What::Comment),
            Step::Edit(3, 0, 2, What::Severity(Severity::S1)),
            Step::Partition(0),
            Step::SetRole(3, Role::Viewer),
            Step::Lose(0, 0),
            Step::Run(59),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Edit(3, 1, 0, What::Comment),
            Step::Run(99),
            Step::Edit(3, 0, 3, What::Rank(0)),
            Step::Edit(2, 0, 3, What::Comment),
            Step::Run(224),
            Step::SetRole(3, Role::Admin),
            Step::Run(118),
        ],
    );
}

/// Its author never heard that it was stored.
#[test]
fn an_issue_that_leaves_its_authors_view_before_they_heard_that_it_is_stored() {
    simulate(
        17_470_783_807_809_576_849,
        &[
            Step::Open(1, 1, 1),
            Step::Edit(1, 0, 0, What::Create),
            Step::Edit(0, 0, 0, What::Comment),
            Step::KillTab(2, 0),
            Step::Lose(1, 0),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Run(150),
            Step::Edit(0, 0, 2, What::Comment),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Close(1, 0, 2),
            Step::Run(273),
            Step::Run(63),
            Step::SetAudience(2, Readers::Cea),
        ],
    );
}

#[test]
fn a_comment_on_an_issue_that_leaves_ones_view_before_one_heard_that_it_is_stored() {
    simulate(
        10_899_874_181_288_962_488,
        &[
            Step::Lose(2, 0),
            Step::Fault(Fault::Write(0)),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Edit(1, 0, 2, What::Comment),
            Step::Run(117),
            Step::Edit(1, 0, 0, What::Comment),
            Step::Edit(3, 0, 0, What::Rank(0)),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Run(291),
            Step::Evict,
            Step::Edit(1, 0, 1, What::Comment),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Edit(0, 0, 0, What::Comment),
            Step::Run(101),
            Step::SetAudience(2, Readers::Cea),
            Step::Close(1, 0, 2),
            Step::Edit(2, 0, 0, What::Comment),
        ],
    );
}

/// The document left the author's view and came back before it noticed: what its storage dropped comes again.
#[test]
fn a_document_that_leaves_and_comes_back_while_a_new_issue_is_lost_on_the_way() {
    simulate(
        33_416_863_043_977,
        &[
            Step::Edit(3, 0, 0, What::Create),
            Step::Lose(3, 0),
            Step::Evict,
            Step::Edit(0, 0, 0, What::Comment),
            Step::Evict,
            Step::Edit(0, 0, 0, What::Comment),
            Step::SetAudience(0, Readers::Cea),
            Step::Run(17),
            Step::SetAudience(0, Readers::Everybody),
            Step::KillTab(3, 1),
        ],
    );
}

/// The hub's Bloom filter held by chance what was done again after a refusal.
#[test]
fn a_viewers_edit_that_is_refused_when_it_is_done_again() {
    simulate(
        3_446_083_393_053_128_334,
        &[
            Step::Edit(3, 0, 0, What::Severity(Severity::S1)),
            Step::SetRole(2, Role::Viewer),
            Step::NewEpoch,
            Step::Edit(0, 1, 0, What::Comment),
            Step::NewEpoch,
            Step::Edit(2, 0, 0, What::Title),
            Step::Edit(1, 0, 0, What::Create),
            Step::Edit(2, 0, 0, What::Comment),
            Step::Edit(3, 0, 1, What::Title),
            Step::NewEpoch,
            Step::Run(169),
            Step::Edit(0, 0, 1, What::Title),
            Step::Edit(0, 0, 0, What::Status(docket_domain::words::Status::Reopened)),
            Step::SetAudience(3, Readers::Cea),
            Step::Run(237),
            Step::Edit(1, 0, 0, What::Title),
            Step::Run(288),
            Step::Edit(3, 0, 0, What::Severity(Severity::S1)),
            Step::Run(362),
            Step::Edit(0, 0, 1, What::Title),
            Step::Edit(0, 0, 0, What::Create),
            Step::Lose(0, 0),
            Step::Edit(2, 0, 4, What::Comment),
            Step::Edit(2, 0, 1, What::Comment),
        ],
    );
}
