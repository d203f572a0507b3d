//! Reading one row, column by column.

use worker::SqlStorageValue;

use super::database::StoreError;

/// A row's values, read from left to right.
pub(crate) struct Row(std::vec::IntoIter<SqlStorageValue>);

impl Row {
    /// A row of `values`.
    pub(crate) fn new(values: Vec<SqlStorageValue>) -> Self {
        Self(values.into_iter())
    }

    fn next(&mut self) -> Result<SqlStorageValue, StoreError> {
        self.0
            .next()
            .ok_or_else(|| StoreError::Unexpected("a row with too few columns".into()))
    }

    /// The next column, a text.
    pub(crate) fn text(&mut self) -> Result<String, StoreError> {
        match self.next()? {
            SqlStorageValue::String(text) => Ok(text),
            other => Err(unexpected("a text", &other)),
        }
    }

    /// The next column, a text or nothing.
    pub(crate) fn text_or_none(&mut self) -> Result<Option<String>, StoreError> {
        match self.next()? {
            SqlStorageValue::Null => Ok(None),
            SqlStorageValue::String(text) => Ok(Some(text)),
            other => Err(unexpected("a text or nothing", &other)),
        }
    }

    /// The next column, bytes.
    pub(crate) fn blob(&mut self) -> Result<Vec<u8>, StoreError> {
        match self.next()? {
            SqlStorageValue::Blob(bytes) => Ok(bytes),
            other => Err(unexpected("bytes", &other)),
        }
    }

    /// The next column, bytes or nothing.
    pub(crate) fn blob_or_none(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        match self.next()? {
            SqlStorageValue::Null => Ok(None),
            SqlStorageValue::Blob(bytes) => Ok(Some(bytes)),
            other => Err(unexpected("bytes or nothing", &other)),
        }
    }

    /// The next column, a whole number.
    pub(crate) fn integer(&mut self) -> Result<i64, StoreError> {
        match self.next()? {
            SqlStorageValue::Integer(number) => Ok(number),
            other => Err(unexpected("a whole number", &other)),
        }
    }

    /// The next column, a whole number that isn't negative.
    pub(crate) fn natural(&mut self) -> Result<u64, StoreError> {
        natural(self.integer()?)
    }

    /// The next column, a whole number that isn't negative, or nothing.
    pub(crate) fn natural_or_none(&mut self) -> Result<Option<u64>, StoreError> {
        self.integer_or_none()?.map(natural).transpose()
    }

    /// The next column, a whole number or nothing.
    pub(crate) fn integer_or_none(&mut self) -> Result<Option<i64>, StoreError> {
        match self.next()? {
            SqlStorageValue::Null => Ok(None),
            SqlStorageValue::Integer(number) => Ok(Some(number)),
            other => Err(unexpected("a whole number or nothing", &other)),
        }
    }
}

fn natural(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Unexpected("a negative number".into()))
}

/// The value itself may be secret or long: only its type is told.
fn unexpected(wanted: &str, value: &SqlStorageValue) -> StoreError {
    let found = match value {
        SqlStorageValue::Null => "nothing",
        SqlStorageValue::Boolean(_) => "a boolean",
        SqlStorageValue::Integer(_) => "a whole number",
        SqlStorageValue::Float(_) => "a fraction",
        SqlStorageValue::String(_) => "a text",
        SqlStorageValue::Blob(_) => "bytes",
    };
    StoreError::Unexpected(format!("{found} where {wanted} should be"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_read_in_order() {
        let mut row = Row::new(vec![
            SqlStorageValue::Integer(7),
            SqlStorageValue::String("a".into()),
            SqlStorageValue::Null,
        ]);
        assert_eq!(row.integer().unwrap(), 7);
        assert_eq!(row.text().unwrap(), "a");
        assert_eq!(row.blob_or_none().unwrap(), None);
        assert!(row.text().is_err());
    }

    #[test]
    fn a_wrong_value_is_not_told() {
        let mut row = Row::new(vec![SqlStorageValue::String("secret".into())]);
        let error = row.integer().unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
