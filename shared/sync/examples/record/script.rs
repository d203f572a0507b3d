//! What people do in a recorded session.

use automerge::{Automerge, ROOT, ReadDoc, transaction::Transactable};
use docket_domain::{
    Action, Audience, Command, Context, DocumentId, EntryId, Field, Member, Role,
    command::{NewIssue, Place, Splice},
    metrics::Quarter,
    read::Workspace,
    report::{Figures, Section},
    words::{Priority, Resolution, Severity, Status},
};
use docket_sync::{client::outbox, wire::record::HeadsRecord};
use serde_json::json;

use crate::recorder::{Recorder, WORKSPACE, base64};

const ISSUE: DocumentId = DocumentId::from_bytes([2; 16]);
const SECOND: DocumentId = DocumentId::from_bytes([3; 16]);
const THIRD: DocumentId = DocumentId::from_bytes([4; 16]);
const BULK: DocumentId = DocumentId::from_bytes([5; 16]);
const REFUSED: DocumentId = DocumentId::from_bytes([6; 16]);
const PLAIN: DocumentId = DocumentId::from_bytes([77; 16]);
const QUARTER: Quarter = Quarter {
    year: 2025,
    quarter: 3,
};

fn member(id: &str, role: Role, organisation: Option<&str>) -> Member {
    Member {
        id: id.parse().unwrap(),
        name: format!("{} Example", id.to_uppercase()),
        role,
        organisation: organisation.map(|id| id.parse().unwrap()),
        duties: Vec::new(),
    }
}

fn new(title: &str) -> Action {
    Action::CreateIssue(Box::new(NewIssue {
        title: title.to_owned(),
        description: "It happened at night.".to_owned(),
        severity: Some(Severity::S2),
        priority: Some(Priority::Major),
        component: Some("lnet".to_owned()),
        assignee: Some("bob".parse::<docket_domain::MemberId>().unwrap().into()),
        organisation: Some("ornl".parse().unwrap()),
        labels: vec!["night".to_owned()],
        affects: vec!["2.15".to_owned()],
    }))
}

fn title(title: &str) -> Action {
    Action::SetTitle {
        title: title.to_owned(),
    }
}

fn comment(id: &EntryId, body: &str) -> Action {
    Action::AddComment {
        id: id.clone(),
        body: body.to_owned(),
    }
}

fn status(to: Status, resolution: Option<Resolution>) -> Action {
    Action::SetStatus {
        id: EntryId::random(),
        to,
        resolution,
        reason: Some("As agreed.".to_owned()),
    }
}

fn splice(at: usize, removed: &str, inserted: &str) -> Vec<Splice> {
    vec![Splice {
        at,
        removed: removed.to_owned(),
        inserted: inserted.to_owned(),
    }]
}

pub(crate) fn play() -> Recorder {
    let mut recorder = Recorder::new();
    let r = &mut recorder;
    people(r);
    workspace(r);
    issues(r);
    every_edit(r);
    lists(r);
    report(r);
    conflict(r);
    refusals(r);
    stock(r);
    audiences(r);
    bulk(r);
    leavings(r);
    recorder
}

fn people(r: &mut Recorder) {
    for (id, role, organisation) in [
        ("ann", Role::Admin, None),
        ("bob", Role::Member, Some("ornl")),
        ("cyd", Role::Member, Some("llnl")),
        ("ven", Role::Vendor, Some("whamcloud")),
        ("eve", Role::Viewer, None),
    ] {
        r.member(&member(id, role, organisation));
    }
    for (seed, who) in (1..).zip(["ann", "bob", "cyd", "ven", "eve"]) {
        r.device(who, who, seed);
    }
}

fn workspace(r: &mut Recorder) {
    r.connect("ann");
    let setup = Action::SetupWorkspace {
        name: "Storage group".to_owned(),
        prefix: "SG".to_owned(),
    };
    r.edit("ann", WORKSPACE, setup);
    for (id, name) in [("ornl", "ORNL"), ("llnl", "LLNL"), ("whamcloud", "Whamcloud")] {
        let action = Action::AddOrganisation {
            id: id.parse().unwrap(),
            name: name.to_owned(),
        };
        r.edit("ann", WORKSPACE, action);
    }
    let component = Action::AddComponent {
        name: "lnet".to_owned(),
    };
    r.edit("ann", WORKSPACE, component);
    let agreed = Action::CreateList {
        name: "Agreed".to_owned(),
        organisation: None,
    };
    // The group's list is named by nobody: an admin begins it, and its members rank.
    r.edit("ann", Workspace::agreed_list(WORKSPACE), agreed);
    for who in ["bob", "cyd", "ven", "eve"] {
        r.connect(who);
        r.open(who, WORKSPACE);
    }
    let ornl = "ornl".parse().unwrap();
    let own = Action::CreateList {
        name: "ORNL's".to_owned(),
        organisation: Some("ornl".parse().unwrap()),
    };
    r.edit("bob", Workspace::organisation_list(WORKSPACE, &ornl), own);
    let person = Action::MapPerson {
        person: docket_domain::PersonId::external("jira", "bobby"),
        member: Some("bob".parse().unwrap()),
    };
    r.edit("ann", WORKSPACE, person);
    let word = Action::MapWord {
        word: "jira/status/Parked".to_owned(),
        meaning: Some("waiting-vendor".to_owned()),
    };
    r.edit("bob", WORKSPACE, word);
}

fn issues(r: &mut Recorder) {
    r.edit("bob", ISSUE, new("The server hangs"));
    r.edit("cyd", SECOND, new("Mount fails"));
    r.edit(
        "ven",
        THIRD,
        Action::CreateIssue(Box::new(NewIssue {
            title: "A patch".to_owned(),
            ..NewIssue::default()
        })),
    );
    r.open("ven", ISSUE);
    r.here("bob", Some(ISSUE), Some("description"));
    r.here("ven", Some(ISSUE), None);
}

fn every_edit(r: &mut Recorder) {
    let (first, second, flag, link) = (
        EntryId::random(),
        EntryId::random(),
        EntryId::random(),
        EntryId::random(),
    );
    let edits = [
        ("bob", title("The server hangs at night")),
        (
            "bob",
            Action::SetSeverity {
                severity: Some(Severity::S1),
            },
        ),
        (
            "bob",
            Action::SetPriority {
                priority: Some(Priority::Critical),
            },
        ),
        ("ven", Action::SetComponent { component: None }),
        (
            "ven",
            Action::SetAssignee {
                assignee: Some("ven".parse::<docket_domain::MemberId>().unwrap().into()),
            },
        ),
        (
            "bob",
            Action::SetOrganisation {
                organisation: Some("llnl".parse().unwrap()),
            },
        ),
        (
            "ven",
            Action::SetLabel {
                label: "seen".to_owned(),
                on: true,
            },
        ),
        (
            "bob",
            Action::SetLabel {
                label: "night".to_owned(),
                on: false,
            },
        ),
        (
            "bob",
            Action::SetAffects {
                version: "2.16".to_owned(),
                on: true,
            },
        ),
        (
            "bob",
            Action::EditDescription {
                edits: splice(15, "night", "noon 🌞"),
            },
        ),
        ("bob", comment(&first, "What we found so far.")),
        ("ven", comment(&second, "Please send the log.")),
        (
            "bob",
            Action::EditComment {
                id: first.clone(),
                body: "What we found.".to_owned(),
            },
        ),
        ("ven", Action::DeleteComment { id: second }),
        ("bob", status(Status::Triaged, None)),
        ("ven", status(Status::WaitingReporter, None)),
        (
            "bob",
            Action::RaiseAttention {
                id: flag.clone(),
                reason: "No answer for a week.".to_owned(),
            },
        ),
        ("bob", Action::ClearAttention { id: flag }),
        (
            "bob",
            Action::AddLink {
                id: link.clone(),
                relation: "blocks".to_owned(),
                target: SECOND.url(),
            },
        ),
        ("bob", Action::RemoveLink { id: link }),
        ("ven", status(Status::Resolved, Some(Resolution::Fixed))),
        ("bob", status(Status::Closed, Some(Resolution::Fixed))),
        ("bob", status(Status::Reopened, None)),
        ("bob", Action::Delete),
        ("bob", Action::Restore),
    ];
    for (who, edit) in edits {
        r.edit(who, ISSUE, edit);
    }
    for who in ["ann", "cyd", "eve"] {
        r.open(who, ISSUE);
    }
}

fn lists(r: &mut Recorder) {
    let agreed = Workspace::agreed_list(WORKSPACE);
    r.open("bob", agreed);
    r.open("cyd", agreed);
    let rank = |issues: &[DocumentId], place| Action::Rank {
        issues: issues.to_vec(),
        place,
    };
    r.edit("bob", agreed, rank(&[ISSUE, SECOND], Place::First));
    r.edit("cyd", agreed, rank(&[THIRD], Place::Before(SECOND)));
    r.edit("bob", agreed, rank(&[ISSUE], Place::Last));
    r.edit("cyd", agreed, Action::Unrank { issue: THIRD });
    let own = Workspace::organisation_list(WORKSPACE, &"ornl".parse().unwrap());
    r.edit("bob", own, rank(&[SECOND, ISSUE], Place::At(0)));
}

fn report(r: &mut Recorder) {
    let report = Workspace::report(WORKSPACE, QUARTER);
    r.edit("bob", report, Action::CreateReport { quarter: QUARTER });
    r.edit("bob", WORKSPACE, Action::LinkReport { quarter: QUARTER });
    let edits = splice(0, "", "A quiet quarter.");
    let section = Action::EditSection {
        section: Section::Summary,
        edits,
    };
    r.open("cyd", report);
    r.edit("cyd", report, section);
    let at = Figures::as_of(QUARTER, r.now());
    let name = |_: &docket_domain::metrics::Key| String::new();
    let mut counting = docket_domain::report::Counting::new(QUARTER, at, (&[], &[]), name, Vec::new());
    while counting.step() {}
    let figures = Action::FreezeFigures {
        id: EntryId::random(),
        data: counting.figures().to_json(),
    };
    r.edit("bob", report, figures);
}

/// Two people off line set one title, and a third settles it.
fn conflict(r: &mut Recorder) {
    r.disconnect("bob");
    r.disconnect("cyd");
    r.edit("bob", ISSUE, title("Bob's title"));
    r.edit("bob", ISSUE, comment(&EntryId::random(), "Off line."));
    r.pass(3_600_000);
    r.edit("cyd", ISSUE, title("Cyd's title"));
    r.connect("cyd");
    r.connect("bob");
    let settle = Action::Settle {
        id: EntryId::random(),
        field: Field::Title,
        value: Some("Cyd's title".to_owned()),
    };
    r.edit("ann", ISSUE, settle);
}

fn refusals(r: &mut Recorder) {
    r.edit(
        "ven",
        ISSUE,
        Action::SetSeverity {
            severity: Some(Severity::S4),
        },
    );
    r.edit("ven", ISSUE, comment(&EntryId::random(), "After a refusal."));
    // Off line, so that what follows depends on what will be refused.
    r.disconnect("ven");
    r.edit("ven", ISSUE, comment(&EntryId::random(), "Before."));
    r.edit(
        "ven",
        ISSUE,
        Action::SetPriority {
            priority: Some(Priority::Trivial),
        },
    );
    r.edit("ven", ISSUE, comment(&EntryId::random(), "After."));
    r.connect("ven");
    r.edit("eve", ISSUE, comment(&EntryId::random(), "May I?"));
    r.edit("eve", REFUSED, new("A viewer's issue"));
}

fn stock(r: &mut Recorder) {
    r.connect_stock("bob");
    r.stock(PLAIN, |document| {
        document
            .transact::<_, _, automerge::AutomergeError>(|tx| tx.put(ROOT, "greeting", "hello"))
            .unwrap();
    });
    r.stock(ISSUE, |_| {});
    r.stock(ISSUE, |document| {
        let label = |tx: &mut automerge::transaction::Transaction<'_>| {
            let (_, labels) = tx.get(ROOT, "labels")?.unwrap();
            tx.put(&labels, "stock", true)
        };
        document.transact(label).unwrap();
    });
}

fn audiences(r: &mut Recorder) {
    let sealed = r.now().plus(86_400_000);
    let ornl = || "ornl".parse().unwrap();
    let audiences = [
        (SECOND, Audience::Organisation { organisation: ornl() }),
        (ISSUE, Audience::Group),
        (
            SECOND,
            Audience::Parties {
                organisations: vec![ornl(), "whamcloud".parse().unwrap()],
            },
        ),
        (THIRD, Audience::sealed(ornl(), sealed)),
    ];
    for (document, audience) in audiences {
        let bytes = base64(&minicbor::to_vec(&audience).unwrap());
        let step = json!({"step": "audience", "document": document.url(), "audience": bytes});
        r.call(step, |hub, now| {
            hub.set_audience(document, audience, now).unwrap()
        });
    }
    r.open("ven", SECOND);
}

fn bulk(r: &mut Recorder) {
    for who in ["bob", "eve"] {
        r.read_bulk(who);
    }
    let listed = [
        HeadsRecord {
            document: ISSUE,
            heads: r.copy("bob", ISSUE).get_heads(),
        },
        HeadsRecord {
            document: SECOND,
            heads: Vec::new(),
        },
        HeadsRecord {
            document: WORKSPACE,
            heads: Vec::new(),
        },
    ];
    r.read_differing("bob", &listed);
    let context = Context {
        member: "ann".parse().unwrap(),
        now: r.now(),
    };
    let mut made = Automerge::new().with_actor(automerge::ActorId::from([88_u8; 16]));
    for action in [new("Brought in bulk"), comment(&EntryId::random(), "In one go.")] {
        outbox::carry_out(&mut made, &Command::new(BULK, action), &context).unwrap();
    }
    r.write_bulk("ann", &[(BULK, &made)]);
    let context = Context {
        member: "ven".parse().unwrap(),
        now: r.now(),
    };
    let mut theirs = made.fork().with_actor(automerge::ActorId::from([89_u8; 16]));
    let severity = Action::SetSeverity { severity: None };
    outbox::carry_out(&mut theirs, &Command::new(BULK, severity), &context).unwrap();
    r.write_bulk("ven", &[(BULK, &theirs)]);
}

fn leavings(r: &mut Recorder) {
    // A member becomes another, and comes back.
    r.member(&member("cyd", Role::Vendor, Some("llnl")));
    r.connect("cyd");
    r.edit("cyd", ISSUE, comment(&EntryId::random(), "As a vendor."));
    let step = json!({"step": "purge", "document": SECOND.url()});
    r.call(step, |hub, now| hub.purge(SECOND, now).unwrap());
    let step = json!({"step": "alarm"});
    r.call(step, |hub, now| hub.alarm(now).unwrap());
    r.pass(200_000);
    r.edit("bob", ISSUE, title("At last"));
    r.disconnect("eve");
}
