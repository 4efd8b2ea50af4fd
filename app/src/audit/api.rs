//! The audit routes of the typed client.

use contract::api::{PREFIX, Page, Query};
use contract::audit::AuditEvent;

use crate::api::{ClientError, ReadClient};

impl ReadClient {
    /// One page of the trail, newest first.
    ///
    /// # Errors
    /// 403 for everybody but administrators; 400 for a bad filter or cursor.
    pub async fn audit_events(&self, query: &Query) -> Result<Page<AuditEvent>, ClientError> {
        self.get(&format!("/audit-events{}", query.to_query_string())).await
    }
}

/// The address of an export of what a query finds: all of it, whatever page is shown.
pub fn export_href(query: &Query) -> String {
    let all = Query {
        search: query.search.clone(),
        filters: query.filters.clone(),
        ..Query::default()
    };
    format!("{PREFIX}/audit-events/export{}", all.to_query_string())
}

#[cfg(test)]
mod tests {
    use contract::api::Query;

    use super::export_href;

    #[test]
    fn an_export_has_the_filters_and_no_pages() {
        let query = Query {
            search: Some("a b".to_owned()),
            limit: Some(25),
            cursor: Some("c1".to_owned()),
            sort: Some("-seq".to_owned()),
            filters: vec![("outcome", "refused".to_owned())],
        };
        assert_eq!(
            export_href(&query),
            "/api/v1/audit-events/export?search=a%20b&outcome=refused"
        );
    }
}
