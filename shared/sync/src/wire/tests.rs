//! The wire's tests: what is written is read again, what JavaScript writes is read, what is hostile is refused.

use automerge::ChangeHash;
use docket_domain::{DocumentId, Duty, Member, MemberId, Role, Timestamp};
use proptest::{collection::vec, option, prelude::*};

use super::{
    record::{ChangesRecord, DocumentRecord, HeadsRecord, Record, StoredRecord},
    *,
};

fn peer() -> impl Strategy<Value = PeerId> {
    ".{1,20}".prop_filter_map("too long or empty", |text| PeerId::new(text).ok())
}

fn document() -> impl Strategy<Value = DocumentId> {
    any::<[u8; 16]>().prop_map(DocumentId::from_bytes)
}

fn hash() -> impl Strategy<Value = ChangeHash> {
    any::<[u8; 32]>().prop_map(ChangeHash)
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..300)
}

fn member_id() -> impl Strategy<Value = MemberId> {
    "[a-z0-9-]{1,40}".prop_map(|text| text.parse().unwrap())
}

fn metadata() -> impl Strategy<Value = PeerMetadata> {
    (option::of(".{0,20}"), any::<bool>(), option::of(any::<u32>())).prop_map(
        |(storage_id, ephemeral, docket)| PeerMetadata {
            storage_id,
            ephemeral,
            docket,
        },
    )
}

fn sync() -> impl Strategy<Value = SyncData> {
    (document(), peer(), peer(), bytes()).prop_map(|(document, sender, target, data)| SyncData {
        document,
        sender,
        target,
        data,
    })
}

fn member() -> impl Strategy<Value = Member> {
    (member_id(), ".{0,20}", 0..4_usize, any::<bool>()).prop_map(|(id, name, role, board)| Member {
        id,
        name,
        role: Role::ALL[role],
        organisation: board.then(|| "ornl".parse().unwrap()),
        duties: board.then_some(Duty::Board).into_iter().collect(),
    })
}

fn refusal() -> impl Strategy<Value = Refusal> {
    (hash(), ".{0,20}", ".{0,60}").prop_map(|(change, code, message)| Refusal {
        change,
        code,
        message,
    })
}

pub(crate) fn stock_frame() -> impl Strategy<Value = Frame> {
    let names = || vec(".{0,20}", 0..4);
    prop_oneof![
        (peer(), metadata(), names()).prop_map(|(sender, metadata, versions)| Frame::Join {
            sender,
            metadata,
            versions
        }),
        (peer(), peer(), metadata(), ".{0,9}").prop_map(|(sender, target, metadata, version)| Frame::Peer {
            sender,
            target,
            metadata,
            version
        }),
        (option::of(peer()), option::of(peer()), ".{0,60}").prop_map(|(sender, target, message)| {
            Frame::Error {
                sender,
                target,
                message,
            }
        }),
        peer().prop_map(|sender| Frame::Leave { sender }),
        sync().prop_map(Frame::Request),
        sync().prop_map(Frame::Sync),
        (document(), peer(), peer()).prop_map(|(document, sender, target)| Frame::DocUnavailable {
            document,
            sender,
            target
        }),
        (sync(), 0..i64::MAX as u64, ".{0,20}").prop_map(|(sync, count, session)| {
            Frame::Ephemeral(Ephemeral {
                document: sync.document,
                sender: sync.sender,
                target: sync.target,
                count,
                session,
                data: sync.data,
            })
        }),
        (peer(), peer(), names(), names()).prop_map(|(sender, target, add, remove)| {
            Frame::RemoteSubscriptionChange {
                sender,
                target,
                add,
                remove,
            }
        }),
        (sync(), names(), any::<i64>()).prop_map(|(sync, heads, at)| Frame::RemoteHeadsChanged {
            document: sync.document,
            sender: sync.sender,
            target: sync.target,
            heads: vec![RemoteHeads {
                storage: "storage".to_owned(),
                heads,
                at: Timestamp(at)
            }],
        }),
    ]
}

pub(crate) fn docket_frame() -> impl Strategy<Value = Frame> {
    let row =
        || {
            (document(), vec(hash(), 0..3), option::of(bytes()))
                .prop_map(|(document, heads, row)| RowUpdate { document, heads, row })
        };
    let person = || {
        (
            member_id(),
            ".{0,20}",
            peer(),
            option::of(document()),
            option::of(".{0,20}"),
        )
            .prop_map(|(member, name, peer, document, field)| Person {
                member,
                name,
                peer,
                document,
                field,
            })
    };
    let version = || 0..i64::MAX as u64;
    prop_oneof![
        (option::of(".{0,20}"), version(), any::<u32>()).prop_map(|(epoch, version, derivation)| {
            Frame::Subscribe {
                epoch,
                version,
                derivation,
            }
        }),
        vec(document(), 0..5).prop_map(|documents| Frame::Release { documents }),
        (option::of(document()), option::of(".{0,20}"))
            .prop_map(|(document, field)| Frame::Here { document, field }),
        (".{0,20}", document(), member_id(), any::<i64>()).prop_map(|(epoch, workspace, member, now)| {
            Frame::Welcome {
                epoch,
                workspace,
                member,
                now: Timestamp(now),
            }
        }),
        (".{0,20}", version(), vec(row(), 0..5), any::<bool>()).prop_map(|(epoch, version, rows, more)| {
            Frame::Rows {
                epoch,
                version,
                rows,
                more,
            }
        }),
        vec(member(), 0..4).prop_map(|members| Frame::Members { members }),
        (document(), bytes()).prop_map(|(document, facts)| Frame::Facts { document, facts }),
        (document(), vec(refusal(), 0..4), vec(hash(), 0..4)).prop_map(|(document, refused, dependents)| {
            Frame::Refused {
                document,
                refused,
                dependents,
            }
        }),
        document().prop_map(|document| Frame::Purged { document }),
        vec(person(), 0..4).prop_map(|people| Frame::Present { people }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(frame in prop_oneof![stock_frame(), docket_frame()]) {
        prop_assert_eq!(Frame::decode(&frame.encode()).unwrap(), frame);
    }

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..2_000)) {
        let _ = Frame::decode(&bytes);
        let _ = DocumentRecord::read(&bytes);
        let _ = ChangesRecord::read(&bytes);
        let _ = StoredRecord::read(&bytes);
        let _ = HeadsRecord::decode_request(&bytes);
    }

    #[test]
    fn damaged_frames_never_panic(
        frame in prop_oneof![stock_frame(), docket_frame()],
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = frame.encode();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = Frame::decode(&bytes);
        let _ = Frame::decode(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn a_stream_of_records_is_read_in_any_pieces(
        changes in vec(bytes(), 0..4),
        refused in vec(refusal(), 0..3),
        heads in vec(hash(), 0..3),
        id in document(),
        cut in any::<prop::sample::Index>(),
    ) {
        let first = ChangesRecord { document: id, changes };
        let mut stream = first.encode();
        let size = stream.len();
        prop_assert!(ChangesRecord::read(&stream[..cut.index(size)]).unwrap().is_none());
        stream.extend(first.encode());
        prop_assert_eq!(ChangesRecord::read(&stream).unwrap(), Some((first.clone(), size)));
        prop_assert_eq!(ChangesRecord::read_all(&stream).unwrap(), vec![first.clone(), first]);
        let stored = StoredRecord {
            document: id, heads: heads.clone(), facts: vec![1], refused, dependents: heads.clone(),
        };
        prop_assert_eq!(StoredRecord::read_all(&stored.encode()).unwrap(), vec![stored]);
        let request = vec![HeadsRecord { document: id, heads }];
        prop_assert_eq!(HeadsRecord::decode_request(&HeadsRecord::encode_request(&request)).unwrap(), request);
    }
}

/// What `cbor-x` 1.6 with automerge-repo's settings writes: a map with a 16-bit length, `undefined`, float64.
#[test]
fn javascript_s_frames_are_read() {
    let id = DocumentId::from_bytes([255; 16]).to_string();
    let mut frame = vec![0xb9, 0x00, 0x08];
    for (name, value) in [
        ("type", b"\x69ephemeral".to_vec()),
        (
            "documentId",
            [vec![0x78, id.len() as u8], id.clone().into_bytes()].concat(),
        ),
        ("senderId", b"\x61a".to_vec()),
        ("targetId", b"\x61b".to_vec()),
        (
            "count",
            [vec![0xfb], 5_000_000_000_f64.to_be_bytes().to_vec()].concat(),
        ),
        ("sessionId", b"\x61s".to_vec()),
    ] {
        frame.push(0x60 + name.len() as u8);
        frame.extend(name.bytes());
        frame.extend(value);
    }
    // `data` as a typed array with RFC 8746's tag, then a field of no meaning that is undefined.
    frame.extend(b"\x64data\xd8\x40\x42\x01\x02\x65extra\xf7");
    let Frame::Ephemeral(message) = Frame::decode(&frame).unwrap() else {
        panic!("another frame");
    };
    assert_eq!(message.document.to_string(), id);
    assert_eq!(message.count, 5_000_000_000);
    assert_eq!(message.data, [1, 2]);
}

#[test]
fn an_undefined_optional_field_isn_t_there() {
    // {type: "join", senderId: "a", peerMetadata: {storageId: undefined, isEphemeral: true}, versions: ["1"]}
    let frame =
        b"\xbf\x64type\x64join\x68senderId\x61a\x6cpeerMetadata\xbf\x69storageId\xf7\x6bisEphemeral\xf5\xff\
        \x78\x19supportedProtocolVersions\x9f\x611\xff\xff";
    let Frame::Join {
        metadata, versions, ..
    } = Frame::decode(frame).unwrap()
    else {
        panic!("another frame");
    };
    assert_eq!(metadata.storage_id, None);
    assert!(metadata.ephemeral);
    assert_eq!(versions, ["1"]);
}

#[test]
fn a_type_that_isn_t_known_is_no_error() {
    let frame = Frame::Unknown {
        name: "docket-later".to_owned(),
    };
    assert_eq!(Frame::decode(&frame.encode()).unwrap(), frame);
}

#[test]
fn empty_data_is_an_error() {
    let frame = Frame::Sync(SyncData {
        document: DocumentId::from_bytes([1; 16]),
        sender: PeerId::new("a").unwrap(),
        target: PeerId::new("b").unwrap(),
        data: Vec::new(),
    });
    assert!(matches!(
        Frame::decode(&frame.encode()),
        Err(WireError::Field("data"))
    ));
}

#[test]
fn bombs_are_refused_without_being_built() {
    // A million open arrays; a list said to have 2⁶⁴−1 entries; a long chain of tags; a text longer than the frame.
    let deep = [b"\xa2\x61x".to_vec(), vec![0x9f; 1_000_000]].concat();
    assert!(matches!(Frame::decode(&deep), Err(WireError::TooDeep)));
    let tags = [b"\xa2\x61x".to_vec(), vec![0xc0; 1_000_000]].concat();
    assert!(matches!(Frame::decode(&tags), Err(WireError::TooDeep)));
    let long =
        b"\xa2\x64type\x6edocket-release\x69documents\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x50aaaaaaaaaaaaaaaa";
    assert!(Frame::decode(long).is_err());
    assert!(Frame::decode(b"\xa1\x64type\x7b\xff\xff\xff\xff\xff\xff\xff\xff").is_err());
    let many_names = [
        b"\xa3\x64type\x64join\x68senderId\x61a\x78\x19supportedProtocolVersions\x9a\x00\x0f\xff\xff"
            .to_vec(),
        vec![0x60; 0x000f_ffff],
    ]
    .concat();
    assert!(matches!(Frame::decode(&many_names), Err(WireError::Field(_))));
    assert!(matches!(
        Frame::decode(&vec![0; FRAME_LIMIT + 1]),
        Err(WireError::TooLarge { .. })
    ));
}
