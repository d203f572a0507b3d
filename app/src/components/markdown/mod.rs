//! Markdown as views: events become elements one by one, never HTML.
//!
//! HTML in a text is shown as the text it is, addresses outside an allow-list are no links, and images become links:
//! a text that somebody imported must not load or run anything.

use leptos::{html, prelude::*};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use docket_domain::web;

/// How deep quotes and lists may nest before the rest is shown flat: each level is a stack frame in the browser too.
const DEEPEST: usize = 40;

/// A text in Markdown.
#[component]
pub(crate) fn Markdown(
    /// The text.
    text: String,
) -> impl IntoView {
    view! { <div class="prose">{render(&text)}</div> }
}

/// A text in another tracker's markup: as it is, line by line, with its web addresses as links.
#[component]
pub(crate) fn Plain(
    /// The text.
    text: String,
) -> impl IntoView {
    view! { <div class="prose plain">{linked(&text)}</div> }
}

fn render(text: &str) -> Vec<AnyView> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut open = vec![Open::new(None)];
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(tag) => open.push(Open::new(Some(tag))),
            Event::End(end) => close(&mut open, end),
            Event::Text(text) => put(&mut open, text.into_string().into_any()),
            Event::Code(code) => put(&mut open, html::code().child(code.into_string()).into_any()),
            Event::Html(raw) | Event::InlineHtml(raw) => put(&mut open, raw.into_string().into_any()),
            Event::SoftBreak => put(&mut open, "\n".into_any()),
            Event::HardBreak => put(&mut open, html::br().into_any()),
            Event::Rule => put(&mut open, html::hr().into_any()),
            Event::TaskListMarker(done) => {
                let label = if done { "done" } else { "to do" };
                let mark = if done { "☑ " } else { "☐ " };
                put(
                    &mut open,
                    html::span()
                        .attr("role", "img")
                        .attr("aria-label", label)
                        .child(mark)
                        .into_any(),
                );
            }
            // Not asked for in the options.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                put(&mut open, text.into_string().into_any());
            }
        }
    }
    open.into_iter().flat_map(|open| open.children).collect()
}

/// An element whose end is still to come.
struct Open<'a> {
    tag: Option<Tag<'a>>,
    children: Vec<AnyView>,
}

impl<'a> Open<'a> {
    const fn new(tag: Option<Tag<'a>>) -> Self {
        Self {
            tag,
            children: Vec::new(),
        }
    }
}

fn put(open: &mut [Open<'_>], view: AnyView) {
    if let Some(last) = open.last_mut() {
        last.children.push(view);
    }
}

fn close(open: &mut Vec<Open<'_>>, end: TagEnd) {
    let in_head = open.iter().any(|open| matches!(open.tag, Some(Tag::TableHead)));
    let depth = open.len();
    let Some(Open {
        tag: Some(tag),
        children,
    }) = open.pop()
    else {
        return;
    };
    if depth > DEEPEST {
        // Flat from here on.
        if let Some(last) = open.last_mut() {
            last.children.extend(children);
        }
        return;
    }
    let column = open.last().map_or(0, |row| row.children.len());
    let alignment = open.iter().rev().find_map(|open| match &open.tag {
        Some(Tag::Table(columns)) => columns.get(column).copied(),
        _ => None,
    });
    let view = element(tag, end, children, in_head, alignment);
    put(open, view);
}

fn element(
    tag: Tag<'_>,
    _end: TagEnd,
    children: Vec<AnyView>,
    in_head: bool,
    alignment: Option<Alignment>,
) -> AnyView {
    match tag {
        Tag::Paragraph => html::p().child(children).into_any(),
        // One below the page's own headings.
        Tag::Heading { level, .. } => match level {
            HeadingLevel::H1 => html::h3().child(children).into_any(),
            HeadingLevel::H2 => html::h4().child(children).into_any(),
            _ => html::h5().child(children).into_any(),
        },
        Tag::BlockQuote(_) => html::blockquote().child(children).into_any(),
        Tag::CodeBlock(kind) => {
            let language = match kind {
                CodeBlockKind::Fenced(name) if !name.is_empty() => Some(name.into_string()),
                _ => None,
            };
            let code = html::code().child(children);
            html::pre()
                .attr("tabindex", "0")
                .attr("data-language", language)
                .child(code)
                .into_any()
        }
        Tag::List(Some(start)) => html::ol()
            .attr("start", start.to_string())
            .child(children)
            .into_any(),
        Tag::List(None) => html::ul().child(children).into_any(),
        Tag::Item => html::li().child(children).into_any(),
        Tag::Table(_) => {
            let table = html::table().child(children);
            html::div()
                .attr("class", "table")
                .attr("tabindex", "0")
                .child(table)
                .into_any()
        }
        Tag::TableHead | Tag::TableRow => html::tr().child(children).into_any(),
        Tag::TableCell => {
            let class = match alignment {
                Some(Alignment::Right) => "right",
                Some(Alignment::Center) => "center",
                _ => "",
            };
            if in_head {
                html::th().attr("class", class).child(children).into_any()
            } else {
                html::td().attr("class", class).child(children).into_any()
            }
        }
        Tag::Emphasis => html::em().child(children).into_any(),
        Tag::Strong => html::strong().child(children).into_any(),
        Tag::Strikethrough => html::s().child(children).into_any(),
        Tag::Link { dest_url, .. } => link(&dest_url, children),
        Tag::Image { dest_url, .. } => {
            if children.is_empty() {
                link(&dest_url, vec![dest_url.to_string().into_any()])
            } else {
                link(&dest_url, children)
            }
        }
        // HTML blocks and what the options don't ask for: their content alone.
        _ => html::span().child(children).into_any(),
    }
}

fn link(to: &str, children: Vec<AnyView>) -> AnyView {
    match web::allowed(to) {
        Some(address) => html::a()
            .attr("href", address)
            .attr("rel", "noopener noreferrer nofollow")
            .attr("target", "_blank")
            .child(children)
            .into_any(),
        None => html::span().child(children).into_any(),
    }
}

/// A plain text with its web addresses as links.
fn linked(text: &str) -> Vec<AnyView> {
    let mut views = Vec::new();
    let mut rest = text;
    while let Some(start) = web::find(rest) {
        let (before, from) = rest.split_at(start);
        let (url, after) = from.split_at(web::length(from));
        views.push(before.to_owned().into_any());
        views.push(link(url, vec![url.to_owned().into_any()]));
        rest = after;
    }
    views.push(rest.to_owned().into_any());
    views
}
