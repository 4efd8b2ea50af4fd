//! The table of the pages. A row is the name of the page, its path, the component that shows it, the chunk that holds the
//! component (`in`; without one it is in the first download), and its entry in the navigation (`link`: section and icon;
//! the text is the message of `shell.ftl` with the name of the page). A topic of the help is a file in `docs/`; the
//! messages are its title, its summary and the link to it.
//!
//! The file is also part of `bench` and of the server; browser tests read its paths as text.

/// Calls a macro with the table.
macro_rules! page_table {
    ($callback:ident) => {
        $callback! {
            // Without navigation, for people who are not signed in.
            signed_out {
                sign_in("/sign-in", accounts::SignInPage in accounts)
                set_up("/set-up", accounts::SetUpPage in accounts)
                welcome("/welcome", accounts::WelcomePage in accounts)
            }
            signed_in {
                credentials("/credentials", credentials::CredentialsPage, link Integrations Key)
                credential("/credentials/:id", credentials::CredentialPage in credential)
                mcp_servers("/mcp-servers", mcp_servers::McpServersPage in mcp_servers, link Integrations Plug)
                model_bindings("/model-bindings", model_bindings::ModelBindingsPage in model_bindings, link Ai Model)
                try_model("/model-bindings/:id/try", ai::TryPage in model_bindings)
                users("/users", users::UsersPage in users, link Administration People)
                audit_trail("/audit", audit::AuditPage in audit, link Administration Record)
                account("/account", accounts::AccountPage in account)
            }
            // For everybody, at `/help/` and the name of the file.
            topics {
                Credentials("credentials", title_credentials summary_credentials link_credentials)
                McpServers("mcp-servers", title_mcp_servers summary_mcp_servers link_mcp_servers)
                ModelBindings("model-bindings", title_model_bindings summary_model_bindings link_model_bindings)
                Users("users", title_users summary_users link_users)
                Audit("audit", title_audit summary_audit link_audit)
                Forms("forms", title_forms summary_forms link_forms)
            }
        }
    };
}
pub(crate) use page_table;
