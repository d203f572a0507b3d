//! `For` and `Show`, as Leptos' own, but compiled once for all lists and all conditions: Leptos' are compiled again
//! for each type of item, key and condition, which made a tenth of the app's wasm.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use leptos::{
    children::{ChildrenFn, ViewFn},
    prelude::{AnyView, ArcMemo, Get, IntoAny, IntoView, component},
};

/// One entry of a list: what tells it from the others, and how it is drawn.
struct Item {
    key: u64,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// Draws `children` for each item; an entry whose key was there before keeps its nodes.
#[component]
pub(crate) fn For<E, I, T, F, K, C, V>(
    /// The items, in their order.
    each: E,
    /// What tells an item from all others; 64 bits of it are compared.
    key: F,
    /// Draws an item.
    children: C,
) -> impl IntoView
where
    E: Fn() -> I + Send + 'static,
    I: IntoIterator<Item = T>,
    T: Send + 'static,
    F: Fn(&T) -> K + Send + 'static,
    K: Hash,
    C: Fn(T) -> V + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let children = Arc::new(children);
    keyed(Box::new(move || {
        let item = |item: T| {
            let mut hasher = DefaultHasher::new();
            key(&item).hash(&mut hasher);
            let children = Arc::clone(&children);
            Item {
                key: hasher.finish(),
                view: Box::new(move || children(item).into_any()),
            }
        };
        each().into_iter().map(item).collect()
    }))
}

fn keyed(items: Box<dyn Fn() -> Vec<Item> + Send>) -> AnyView {
    let properties = leptos::control_flow::ForProps::builder()
        .each(items)
        .key(|item: &Item| item.key)
        .children(|item: Item| (item.view)())
        .build();
    leptos::control_flow::For(properties).into_any()
}

/// Draws `children` while `when` is true, else `fallback`; draws again only when that changes.
#[component]
pub(crate) fn Show<W>(
    /// Whether the children are shown.
    when: W,
    /// What is shown then.
    children: ChildrenFn,
    /// What is shown else; nothing if it isn't given.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView
where
    W: Fn() -> bool + Send + Sync + 'static,
{
    either(Box::new(when), children, fallback)
}

fn either(when: Box<dyn Fn() -> bool + Send + Sync>, children: ChildrenFn, fallback: ViewFn) -> AnyView {
    let when = ArcMemo::new(move |_| when());
    (move || if when.get() { children() } else { fallback.run() }).into_any()
}
