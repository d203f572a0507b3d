//! Why a bundle can't be made or read.

use super::{FORMAT, Name};

/// Why a bundle can't be made or read. The texts are for whoever holds the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// It doesn't begin as one.
    #[error(
        "this is no bundle of Docket's: give the file as it was downloaded, neither unpacked nor compressed"
    )]
    NoBundle,
    /// A later format.
    #[error(
        "the bundle is of format {0}, and this version of Docket reads up to {FORMAT}: take a newer Docket"
    )]
    Newer(u32),
    /// The header of an entry is damaged, or of something that isn't a file.
    #[error("the bundle is damaged at byte {at}: there should be the header of an entry. Download it again")]
    Header {
        /// Where in the bundle.
        at: u64,
    },
    /// An entry that no bundle has.
    #[error("the bundle has an entry “{0}”, which no bundle has")]
    Unknown(String),
    /// An entry out of its place.
    #[error("the bundle's entry “{0}” stands in the wrong place: give the file as it was downloaded")]
    Order(Name),
    /// An entry that is too large.
    #[error("“{name}” has {size} bytes, and at most {} fit into a bundle", .name.limit())]
    TooLarge {
        /// Which.
        name: Name,
        /// How large it is, or says it is.
        size: u64,
    },
    /// An entry that isn't what its name says.
    #[error("the bundle's “{name}” is not as expected: {why}")]
    Content {
        /// Which.
        name: Name,
        /// What is wrong.
        why: String,
    },
    /// It is cut off.
    #[error("the bundle is cut off at byte {at}: download it again")]
    Truncated {
        /// How many bytes there are.
        at: u64,
    },
    /// Something follows its end.
    #[error("something follows the bundle's end: give the file as it was downloaded")]
    After,
    /// An entry that the manifest lists isn't there.
    #[error("“{0}” is missing from the bundle, though its manifest lists it")]
    Missing(Name),
    /// An entry that the manifest doesn't list.
    #[error("“{0}” is in the bundle, though its manifest doesn't list it")]
    Extra(Name),
    /// An entry that isn't as the manifest says.
    #[error("“{0}” was altered: its bytes aren't those that the manifest lists. Download the bundle again")]
    Altered(Name),
    /// The manifest's counts don't fit its list.
    #[error("the bundle's manifest contradicts itself")]
    Manifest,
}
