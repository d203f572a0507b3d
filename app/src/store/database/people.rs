//! Stored members, whatever their roles: a newer app on this device may have known more of them.

use docket_domain::{Member, MemberId, OrganisationId, Role};
use minicbor::{Decode, Decoder};

/// What stays of a member whose role isn't known.
#[derive(Debug, Decode)]
#[cbor(map)]
struct Loose {
    #[n(0)]
    id: MemberId,
    #[n(1)]
    name: String,
    #[n(3)]
    organisation: Option<OrganisationId>,
}

/// A stored member, and whether the role is none that this version knows: it then reads as the one that may least. None
/// if the bytes are something else.
pub(super) fn one(bytes: &[u8]) -> Option<(Member, bool)> {
    if let Ok(member) = minicbor::decode(bytes) {
        return Some((member, false));
    }
    let Loose {
        id,
        name,
        organisation,
    } = minicbor::decode(bytes).ok()?;
    let member = Member {
        id,
        name,
        role: Role::Viewer,
        organisation,
        duties: Vec::new(),
    };
    Some((member, true))
}

/// All stored members that can be read, and how many couldn't be, or not whole.
pub(super) fn all(bytes: &[u8]) -> (Vec<Member>, usize) {
    let (mut members, mut passed) = (Vec::new(), 0);
    let mut decoder = Decoder::new(bytes);
    let Ok(Some(count)) = decoder.array() else {
        return (members, passed);
    };
    for _ in 0..count {
        let start = decoder.position();
        if decoder.skip().is_err() {
            passed += 1;
            break;
        }
        match bytes.get(start..decoder.position()).and_then(one) {
            Some((member, unknown)) => {
                members.push(member);
                passed += usize::from(unknown);
            }
            None => passed += 1,
        }
    }
    (members, passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str) -> Member {
        Member {
            id: MemberId::random(),
            name: name.to_owned(),
            role: Role::Admin,
            organisation: None,
            duties: Vec::new(),
        }
    }

    /// A member of a fifth role.
    fn newer(member: &Member) -> Vec<u8> {
        let mut encoder = minicbor::Encoder::new(Vec::new());
        encoder.map(3).expect("a map");
        encoder.u8(0).expect("a key").encode(&member.id).expect("the id");
        encoder.u8(1).expect("a key").str(&member.name).expect("the name");
        encoder.u8(2).expect("a key").u8(9).expect("the role");
        encoder.into_writer()
    }

    #[test]
    fn one_of_a_newer_role_keeps_nobody_else_out() {
        let (ann, bob) = (member("Ann"), member("Bob"));
        let mut bytes = vec![0x83];
        bytes.extend(minicbor::to_vec(&ann).expect("Ann"));
        bytes.extend(newer(&bob));
        bytes.extend([0xF6]);
        let (members, passed) = all(&bytes);
        let viewer = Member {
            role: Role::Viewer,
            ..bob
        };
        assert_eq!((members, passed), (vec![ann, viewer], 2));
    }

    #[test]
    fn what_is_no_list_is_nobody() {
        assert_eq!(all(&[]), (Vec::new(), 0));
        assert_eq!(all(b"\x19\x01"), (Vec::new(), 0));
        assert!(one(b"abc").is_none());
    }
}
