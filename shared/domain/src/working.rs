//! The text that somebody types in, while others type in it too.
//!
//! A working copy is a fork of the document in which one's keystrokes are edits at once. Others' changes are merged
//! into it, so both survive wherever they were made; and what the document lacks of it (the difference between the
//! two) is what a command then carries over. So keystrokes are shown at once and stored once in a while, and the
//! merging is Automerge's.

use automerge::{
    Automerge, AutomergeError, ChangeHash, ObjId, PatchAction, ROOT, ReadDoc, transaction::Transactable,
};

use crate::{command::Splice, read};

/// The working copy.
#[derive(Debug)]
pub struct Working {
    copy: Automerge,
    /// The text's key at the root.
    key: &'static str,
    text: ObjId,
    /// The document's heads that are in it.
    base: Vec<ChangeHash>,
    dirty: bool,
}

impl Working {
    /// A copy of the document as it is; none if at `key` it has no text that can be edited together.
    #[must_use]
    pub fn of(document: &Automerge, key: &'static str) -> Option<Self> {
        let text = read::object(document, &ROOT, key)?;
        Some(Self {
            copy: document.fork(),
            key,
            text,
            base: document.get_heads(),
            dirty: false,
        })
    }

    /// The text, with one's own keystrokes and what came of others.
    #[must_use]
    pub fn text(&self) -> String {
        self.copy.text(&self.text).unwrap_or_default()
    }

    /// Is there anything typed that the document lacks?
    #[must_use]
    pub const fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// Somebody typed: `before` was shown, `after` is what they see now.
    ///
    /// # Errors
    /// When Automerge can’t read or write the text; the copy is then as it was or further on, never behind.
    pub fn typed(&mut self, before: &str, after: &str) -> Result<(), AutomergeError> {
        if let Some(edit) = Splice::between(before, after) {
            self.put(&edit)?;
            self.dirty = true;
        }
        Ok(())
    }

    /// Takes in what others changed. Answers the edits that lead from the text before to the text now.
    ///
    /// # Errors
    /// When Automerge can’t read or write the text; the copy is then as it was or further on, never behind.
    pub fn pull(&mut self, document: &Automerge) -> Result<Vec<Splice>, AutomergeError> {
        let known = self
            .base
            .iter()
            .all(|hash| document.get_change_meta_by_hash(hash).is_some());
        if !known {
            return self.refound(document);
        }
        let before = self.copy.get_heads();
        let text = self.text();
        self.copy.apply_changes(document.get_changes(&self.base))?;
        self.base = document.get_heads();
        Ok(self.between(&before, &self.copy.get_heads(), &text))
    }

    /// What the document lacks, as edits of its text; call [`pull`](Self::pull) first.
    #[must_use]
    pub fn edits(&self, document: &Automerge) -> Vec<Splice> {
        let text = document.text(&self.text).unwrap_or_default();
        self.between(&self.base, &self.copy.get_heads(), &text)
    }

    /// A mark to tell later keystrokes from those carried over by now.
    #[must_use]
    pub fn mark(&self) -> Vec<ChangeHash> {
        self.copy.get_heads()
    }

    /// The edits up to `mark` are in the document now, which had the heads `carried` just after. The copy begins again
    /// from there, with what was typed since.
    ///
    /// # Errors
    /// When Automerge can’t read or write the text; the copy is then as it was or further on, never behind.
    pub fn carried_over(
        &mut self,
        document: &Automerge,
        mark: &[ChangeHash],
        carried: &[ChangeHash],
    ) -> Result<(), AutomergeError> {
        let text = self.copy.text_at(&self.text, mark)?;
        let late = self.between(mark, &self.copy.get_heads(), &text);
        self.copy = document.fork_at(carried)?;
        self.dirty = !late.is_empty();
        late.iter().try_for_each(|edit| self.put(edit))?;
        self.copy.apply_changes(document.get_changes(carried))?;
        self.base = document.get_heads();
        Ok(())
    }

    /// Another document stands in the place of the one this was forked from (a change was refused): one's own
    /// keystrokes are made again in it.
    fn refound(&mut self, document: &Automerge) -> Result<Vec<Splice>, AutomergeError> {
        let before = self.text();
        let own = {
            let text = self.copy.text_at(&self.text, &self.base)?;
            self.between(&self.base, &self.copy.get_heads(), &text)
        };
        let Some(text) = read::object(document, &ROOT, self.key) else {
            return Ok(Vec::new());
        };
        self.copy = document.fork();
        self.text = text;
        self.base = document.get_heads();
        own.iter().try_for_each(|edit| self.put(edit))?;
        Ok(Splice::between(&before, &self.text()).into_iter().collect())
    }

    fn put(&mut self, edit: &Splice) -> Result<(), AutomergeError> {
        let length = self.copy.length(&self.text);
        let at = edit.at.min(length);
        let removed = edit.removed.encode_utf16().count().min(length - at);
        let mut transaction = self.copy.transaction();
        let removed = isize::try_from(removed).unwrap_or(isize::MAX);
        transaction.splice_text(&self.text, at, removed, &edit.inserted)?;
        transaction.commit();
        Ok(())
    }

    /// The edits between two states of the copy; `text` is that of the first.
    fn between(&self, before: &[ChangeHash], after: &[ChangeHash], text: &str) -> Vec<Splice> {
        let mut units: Vec<u16> = text.encode_utf16().collect();
        let mut edits = Vec::new();
        for patch in self.copy.diff(before, after) {
            if patch.obj != self.text {
                continue;
            }
            let (at, length, inserted) = match patch.action {
                PatchAction::SpliceText { index, value, .. } => (index, 0, value.make_string()),
                PatchAction::DeleteSeq { index, length } => (index, length, String::new()),
                _ => continue,
            };
            let at = at.min(units.len());
            let end = (at + length).min(units.len());
            let removed: Vec<u16> = units.splice(at..end, inserted.encode_utf16()).collect();
            let removed = String::from_utf16_lossy(&removed);
            edits.push(Splice {
                at,
                removed,
                inserted,
            });
        }
        edits
    }
}

/// Where a caret stands after an edit: it stays with the text around it.
#[must_use]
pub fn moved(caret: usize, edit: &Splice) -> usize {
    let removed = edit.removed.encode_utf16().count();
    if caret <= edit.at {
        caret
    } else if caret <= edit.at + removed {
        edit.at
    } else {
        caret - removed + edit.inserted.encode_utf16().count()
    }
}

#[cfg(test)]
mod tests {
    use automerge::{ActorId, ObjType};

    use super::*;

    fn document(text: &str) -> Automerge {
        let mut document = Automerge::new().with_actor(ActorId::from([1; 16]));
        let mut transaction = document.transaction();
        let object = transaction
            .put_object(ROOT, "description", ObjType::Text)
            .unwrap();
        transaction.splice_text(&object, 0, 0, text).unwrap();
        transaction.commit();
        document
    }

    fn text(document: &Automerge) -> String {
        read::string(document, &ROOT, "description").unwrap()
    }

    fn apply(document: &mut Automerge, edits: &[Splice]) {
        let object = read::object(document, &ROOT, "description").unwrap();
        let mut transaction = document.transaction();
        for edit in edits {
            let removed = edit.removed.encode_utf16().count() as isize;
            transaction
                .splice_text(&object, edit.at, removed, &edit.inserted)
                .unwrap();
        }
        transaction.commit();
    }

    #[test]
    fn what_two_people_type_at_once_is_all_there() {
        let mut document = document("The server hangs.");
        let mut working = Working::of(&document, "description").unwrap();
        working
            .typed("The server hangs.", "The OSS server hangs.")
            .unwrap();
        working
            .typed("The OSS server hangs.", "The OSS server hangs. Twice 😀.")
            .unwrap();
        apply(
            &mut document,
            &[Splice {
                at: 11,
                removed: "hangs".into(),
                inserted: "crashes".into(),
            }],
        );
        let came = working.pull(&document).unwrap();
        assert_eq!(working.text(), "The OSS server crashes. Twice 😀.");
        assert!(came.iter().all(|edit| edit.at >= 15));
        let edits = working.edits(&document);
        apply(&mut document, &edits);
        assert_eq!(text(&document), "The OSS server crashes. Twice 😀.");
    }

    #[test]
    fn what_is_typed_while_storing_is_kept() {
        let mut document = document("a");
        let mut working = Working::of(&document, "description").unwrap();
        working.typed("a", "ab").unwrap();
        let (edits, mark) = (working.edits(&document), working.mark());
        apply(&mut document, &edits);
        let carried = document.get_heads();
        working.typed("ab", "abc").unwrap();
        apply(
            &mut document,
            &[Splice {
                at: 0,
                removed: String::new(),
                inserted: "x".into(),
            }],
        );
        working.carried_over(&document, &mark, &carried).unwrap();
        assert_eq!(working.text(), "xabc");
        assert!(working.is_dirty());
        let edits = working.edits(&document);
        apply(&mut document, &edits);
        assert_eq!(text(&document), "xabc");
    }

    #[test]
    fn a_copy_in_the_place_of_a_refused_one_takes_the_keystrokes() {
        let mut refused = document("one two");
        let fresh = refused.clone();
        apply(
            &mut refused,
            &[Splice {
                at: 0,
                removed: String::new(),
                inserted: "no ".into(),
            }],
        );
        let mut working = Working::of(&refused, "description").unwrap();
        working.typed("no one two", "no one two three").unwrap();
        working.pull(&fresh).unwrap();
        assert_eq!(working.text(), "one two three");
    }

    #[test]
    fn a_caret_stays_with_its_text() {
        let edit = Splice {
            at: 4,
            removed: "bc".into(),
            inserted: "😀x".into(),
        };
        assert_eq!([2, 4, 5, 6, 9].map(|caret| moved(caret, &edit)), [2, 4, 4, 4, 10]);
    }
}
