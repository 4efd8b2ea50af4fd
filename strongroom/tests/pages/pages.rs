//! Rendering, where it depends on what else the process does.

use http::Method;
use server::http::HostRule;
use server::router::router;
use strongroom::assets::Assets;

use crate::support::{Engine, TestApp, as_the_server_runs};

#[test]
fn a_page_gets_its_data_while_another_server_starts_beside_it() {
    as_the_server_runs(async {
        let app = TestApp::start(Engine::Sqlite).await;
        app.credential("manager", "BESIDE_A_START", "v").await;
        let state = app.state.clone();
        let starts = tokio::task::spawn_blocking(move || {
            for _ in 0..40 {
                drop(router(state.clone(), Assets::none(), HostRule::new(None)));
            }
        });
        for _ in 0..20 {
            let page = app.call(Some("viewer"), Method::GET, "/credentials", None).await;
            assert!(page.expect(200).whole().contains("BESIDE_A_START"));
        }
        starts.await.unwrap();
    });
}
