//! Running statements.

use std::cell::{Cell, RefCell};

use worker::{
    SqlStorage, SqlStorageValue, Storage, js_sys,
    wasm_bindgen::{JsCast, JsValue, prelude::*},
};

use docket_domain::Timestamp;

use super::{
    meta::natural,
    row::Row,
    spent::{self, Spent},
};

/// Integers above this are rounded on their way through JavaScript.
const SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Why the store can't do something. The text is for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// SQLite, or the platform around it, refused.
    #[error("the database refused: {0}")]
    Refused(worker::Error),
    /// The platform, or this deployment, writes nothing more today.
    #[error("the quota of the day is used up: {0}")]
    Quota(String),
    /// A stored value isn't what its column holds.
    #[error("the database holds an unexpected value: {0}")]
    Unexpected(String),
    /// A number too large for the way to the database.
    #[error("{0} is too large a number to store")]
    Number(i64),
}

impl From<worker::Error> for StoreError {
    fn from(error: worker::Error) -> Self {
        let message = error.to_string();
        if spent::is_used_up(&message) {
            Self::Quota(message)
        } else {
            Self::Refused(error)
        }
    }
}

#[wasm_bindgen(wasm_bindgen = ::worker::wasm_bindgen, js_sys = ::worker::js_sys)]
extern "C" {
    /// `DurableObjectStorage`, for the one method that the `worker` crate doesn't bind.
    #[wasm_bindgen(extends = js_sys::Object)]
    type Transactional;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &Transactional,
        body: &mut dyn FnMut() -> Result<JsValue, JsValue>,
    ) -> Result<JsValue, JsValue>;
}

/// The object's database.
pub(crate) struct Database {
    sql: SqlStorage,
    storage: Transactional,
    /// Rows written since the object woke, as Cloudflare counts them.
    written: Cell<u64>,
    spent: Spent,
    /// Is it an admin's turn?
    admin: Cell<bool>,
    /// The network from which what is done now was asked, for the audit log.
    from: RefCell<Option<String>>,
}

impl Database {
    /// The database in `storage`, into which so many rows may be written on a day.
    pub(crate) fn new(storage: &Storage, rows_a_day: Option<u64>) -> Self {
        let raw: &JsValue = storage.as_raw().as_ref();
        Self {
            sql: storage.sql(),
            storage: raw.clone().unchecked_into(),
            written: Cell::new(0),
            spent: Spent::new(rows_a_day),
            admin: Cell::new(false),
            from: RefCell::new(None),
        }
    }

    /// Runs a statement that answers no rows.
    pub(crate) fn run(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<(), StoreError> {
        if self.spent.is_used_up(self.admin.get(), now()) {
            return Err(StoreError::Quota(
                "as many rows were written as DOCKET_ROWS_A_DAY says".into(),
            ));
        }
        let cursor = self.sql.exec(query, bindings)?;
        self.count(cursor.rows_written());
        Ok(())
    }

    /// Runs a statement and reads all its rows.
    pub(crate) fn rows(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Vec<Row>, StoreError> {
        let cursor = self.sql.exec(query, bindings)?;
        let rows = cursor
            .raw()
            .map(|row| row.map(Row::new).map_err(StoreError::from))
            .collect();
        self.count(cursor.rows_written());
        rows
    }

    /// Runs a statement that answers one row at most.
    pub(crate) fn row(&self, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(query, bindings)?.into_iter().next())
    }

    /// Does all of `body` or nothing of it. Writes without an await between them are atomic on this platform
    /// already; this also takes them back when one fails.
    pub(crate) fn atomically<T, E>(&self, body: impl FnOnce() -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let mut body = Some(body);
        let mut outcome: Option<Result<T, E>> = None;
        let committed = self.storage.transaction_sync(&mut || {
            let Some(body) = body.take() else {
                return Err(JsValue::from_str("a transaction's body ran twice"));
            };
            let result = body();
            let done = result.is_ok();
            outcome = Some(result);
            if done {
                Ok(JsValue::UNDEFINED)
            } else {
                Err(JsValue::from_str("taken back"))
            }
        });
        match (outcome, committed) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), Ok(_)) => Ok(value),
            (_, Err(error)) => Err(StoreError::Refused(worker::Error::from(error)).into()),
            (None, Ok(_)) => Err(StoreError::Unexpected("a transaction's body did not run".into()).into()),
        }
    }

    /// Notes from which network this turn's work is asked; it stands until another turn says otherwise.
    pub(crate) fn ask_from(&self, network: Option<&str>) {
        self.from.replace(network.map(str::to_owned));
    }

    /// The network from which this turn's work is asked.
    pub(crate) fn asked_from(&self) -> Option<String> {
        self.from.borrow().clone()
    }

    /// Rows written since the object woke.
    pub(crate) fn written(&self) -> u64 {
        self.written.get()
    }

    /// The day, since 1970, and the rows that were written on it.
    pub(crate) fn today(&self) -> (i64, u64) {
        self.spent.today(now())
    }

    /// As many rows as may be written on a day, if that is known.
    pub(crate) const fn rows_a_day(&self) -> Option<u64> {
        self.spent.allowed()
    }

    /// Is what may be written today kept for edits from here on?
    pub(crate) fn is_for_edits(&self) -> bool {
        self.spent.is_for_edits(now())
    }

    /// Takes up the count of the day, after waking.
    pub(crate) fn remember_today(&self) -> Result<(), StoreError> {
        let with_document = "SELECT day, day_rows FROM documents ORDER BY version DESC LIMIT 1";
        for query in [with_document, "SELECT day, rows FROM spent"] {
            let Some(mut row) = self.row(query, Vec::new())? else {
                continue;
            };
            if let (Some(day), Some(rows)) = (row.integer_or_none()?, row.natural_or_none()?) {
                self.spent.remember(day, rows, now());
            }
        }
        Ok(())
    }

    /// Lets `act` write what is kept for admins of the day's rows.
    pub(crate) fn as_admin<T>(&self, act: impl FnOnce() -> T) -> T {
        let before = self.admin.replace(true);
        let done = act();
        self.admin.set(before);
        done
    }

    /// The database's size in bytes.
    pub(crate) fn size(&self) -> usize {
        self.sql.database_size()
    }

    fn count(&self, rows: usize) {
        self.written.set(self.written.get().saturating_add(rows as u64));
        if rows > 0 && self.spent.count(rows as u64, now()) {
            let (day, rows) = self.today();
            // Not noted, it is noted with the next document.
            let noted = natural(rows).and_then(|rows| Ok(vec![integer(day)?, rows]));
            if let Ok(bindings) = noted {
                drop(self.sql.exec("UPDATE spent SET day = ?, rows = ?", bindings));
            }
        }
    }
}

fn now() -> Timestamp {
    Timestamp(i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX))
}

/// A text to bind.
pub(crate) fn text(value: impl Into<String>) -> SqlStorageValue {
    SqlStorageValue::String(value.into())
}

/// Bytes to bind.
pub(crate) fn blob(value: &[u8]) -> SqlStorageValue {
    SqlStorageValue::Blob(value.to_vec())
}

/// A number to bind.
pub(crate) fn integer(value: i64) -> Result<SqlStorageValue, StoreError> {
    if (-SAFE_INTEGER..=SAFE_INTEGER).contains(&value) {
        Ok(SqlStorageValue::Integer(value))
    } else {
        Err(StoreError::Number(value))
    }
}

/// What may be missing.
pub(crate) fn optional(value: Option<SqlStorageValue>) -> SqlStorageValue {
    value.unwrap_or(SqlStorageValue::Null)
}
