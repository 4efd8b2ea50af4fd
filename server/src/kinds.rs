//! The kinds of records in SQL texts: names and tables of [`contract::kinds::KINDS`] as literals, from which each function
//! makes its text beside it: `referrer_kinds!(a_macro)` passes the rows to `a_macro!`.

/// Kinds whose records have an owner: name, table, and the condition that leaves out tombstones. In the order of locks.
macro_rules! owned_kinds {
    ($with:ident) => {
        $with! {
            "credential", "credentials", " AND deleted_at IS NULL";
            "mcp_server", "mcp_servers", "";
            "model_binding", "model_bindings", "";
        }
    };
}
pub(crate) use owned_kinds;

/// Kinds that refer to credentials: name and table.
macro_rules! referrer_kinds {
    ($with:ident) => {
        $with! {
            "mcp_server", "mcp_servers";
            "model_binding", "model_bindings";
        }
    };
}
pub(crate) use referrer_kinds;

#[cfg(test)]
mod tests {
    use contract::kinds::{KINDS, RecordKind};

    macro_rules! names {
        ($($name:literal, $table:literal $(, $live:literal)?;)+) => { [$(($name, $table)),+] };
    }

    fn of_table(filter: fn(&RecordKind) -> bool) -> Vec<(&'static str, &'static str)> {
        let kinds = KINDS.iter().filter(|kind| filter(kind));
        kinds.map(|kind| (kind.name, kind.table)).collect()
    }

    #[test]
    fn sql_texts_have_the_kinds_of_the_table() {
        assert_eq!(of_table(|kind| kind.is_owned), owned_kinds!(names));
        assert_eq!(of_table(|kind| kind.referrer.is_some()), referrer_kinds!(names));
    }
}
