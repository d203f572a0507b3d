//! People as two letters on a colour of their own.

use leptos::prelude::*;

/// Initials on a colour that follows from the name, so that it is the same on every device.
#[component]
pub(crate) fn Avatar(
    /// The person's name.
    #[prop(into)]
    name: String,
    /// Is the name written beside it? Then the picture says nothing to a screen reader.
    #[prop(optional)]
    decorative: bool,
) -> impl IntoView {
    let hue = hue(&name).to_string();
    let label = (!decorative).then(|| name.clone());
    let role = if decorative { "presentation" } else { "img" };
    view! {
        <span class="avatar" style:--hue=hue role=role aria-label=label title=name.clone()>
            <span aria-hidden="true">{initials(&name)}</span>
        </span>
    }
}

/// The first letters of the first and the last word.
fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    first
        .into_iter()
        .chain(words.next_back())
        .flat_map(char::to_uppercase)
        .collect()
}

fn hue(name: &str) -> u32 {
    let sum = name.bytes().fold(7_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    (sum % 12) * 30
}
