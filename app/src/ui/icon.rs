//! Line icons, drawn on a 24 px grid.

use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconKind {
    /// The brand: a vault door.
    Vault,
    /// Edit.
    Pencil,
    /// Delete.
    Trash,
    /// Copy.
    Copy,
    /// Done.
    Check,
    /// Search.
    Search,
    /// More operations.
    More,
    /// Navigation.
    Menu,
    /// Close, clear.
    Cross,
    /// Something is wrong.
    Alert,
    /// Something to know.
    Info,
    /// Show a value.
    Eye,
    /// Hide a value.
    EyeOff,
    /// A credential.
    Key,
    /// An MCP server.
    Plug,
    /// Add.
    Plus,
    /// Try, run.
    Play,
    /// Opens a list.
    ChevronDown,
    /// Opens something above.
    ChevronUp,
    /// Sorted upwards.
    ArrowUp,
    /// Sorted downwards.
    ArrowDown,
    /// Sign out.
    Leave,
    /// Tools.
    Wrench,
    /// Theme of the system.
    System,
    /// Light theme.
    Sun,
    /// Dark theme.
    Moon,
    /// Where something leads.
    ArrowRight,
    /// The audit trail.
    Record,
    /// Help.
    Help,
    /// Users.
    People,
    /// Keyboard shortcuts.
    Keyboard,
    /// One's own account.
    Person,
    /// A model.
    Model,
    /// Try a model.
    Chat,
    /// Stop what is running.
    Stop,
}

impl IconKind {
    /// The path of the drawing.
    fn path(self) -> &'static str {
        match self {
            Self::Vault => {
                "M6 4h12a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3ZM12 8.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8ZM12 5.5v3M12 15.5v3M5.5 12h3M15.5 12h3"
            }
            Self::Pencil => "M4 20h4L19 9l-4-4L4 16v4ZM13.5 6.5l4 4",
            Self::Trash => "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
            Self::Copy => {
                "M11 9h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2ZM5 15V6a2 2 0 0 1 2-2h9"
            }
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Search => "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM20 20l-4-4",
            Self::More => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Cross => "M6 6l12 12M18 6 6 18",
            Self::Alert => "M12 4 2.8 20h18.4L12 4ZM12 10v4.5M12 17.2v.01",
            Self::Info => "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 11v5M12 8v.01",
            Self::Eye => {
                "M2 12s3.5-6.5 10-6.5S22 12 22 12s-3.5 6.5-10 6.5S2 12 2 12ZM12 9.4a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2Z"
            }
            Self::EyeOff => {
                "M4 4l16 16M9.9 5.7A9.9 9.9 0 0 1 12 5.5c6.5 0 10 6.5 10 6.5a17 17 0 0 1-3 3.8M6.2 7.3A16.6 16.6 0 0 0 2 12s3.5 6.5 10 6.500a9.7 9.7 0 0 0 4.5-1.100M10.2 10.200a2.6 2.6 0 0 0 3.6 3.6"
            }
            Self::Key => "M8.5 11a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM12 12.5 20 4.500M16.5 8l2.5 2.5",
            Self::Plug => "M9 3v5M15 3v5M6.5 8h11v3.500a5.5 5.5 0 0 1-11 0V8ZM12 17v4",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Play => "M7 5v14l11-7L7 5Z",
            Self::ChevronDown => "m6 9 6 6 6-6",
            Self::ChevronUp => "m6 15 6-6 6 6",
            Self::ArrowUp => "M12 19V5M6 11l6-6 6 6",
            Self::ArrowDown => "M12 5v14M6 13l6 6 6-6",
            Self::Leave => "M10 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h4M15 8l4 4-4 4M19 12H9.5",
            Self::Wrench => {
                "M14.5 6.500a4.5 4.5 0 0 1 5.7-1.300L17 8.400l2.6 2.6 3.2-3.200a4.5 4.5 0 0 1-6 5.600L9.5 20.700a2 2 0 0 1-2.8 0l-.4-.4a2 2 0 0 1 0-2.800l7.3-7.300a4.5 4.5 0 0 1 .9-3.700Z"
            }
            Self::System => "M4 5h16v11H4zM9 20h6M12 16v4",
            Self::Sun => {
                "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.500v2M12 19.500v2M2.5 12h2M19.5 12h2M5.3 5.300l1.4 1.400M17.3 17.300l1.4 1.400M5.3 18.700l1.4-1.400M17.3 6.700l1.4-1.4"
            }
            Self::Moon => "M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500Z",
            Self::ArrowRight => "M5 12h14M13 6l6 6-6 6",
            Self::Record => "M9 3.500h6v3.500H9zM9 5H5.500v15.500h13V5H15M9 11.500h6M9 15.500h4",
            Self::Help => {
                "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17ZM9.6 9.700a2.500 2.500 0 1 1 3.700 2.200c-.8.4-1.300 1-1.300 1.900M12 16.700v.01"
            }
            Self::People => {
                "M9 4.500a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM2.5 20a6.5 6.5 0 0 1 13 0M16 4.900a3.5 3.5 0 0 1 0 6.200M18.5 14.600a6.5 6.5 0 0 1 3 5.400"
            }
            Self::Keyboard => {
                "M4 6h16a1.5 1.5 0 0 1 1.5 1.5v9a1.500 1.500 0 0 1-1.5 1.500H4a1.500 1.500 0 0 1-1.5-1.500v-9A1.500 1.500 0 0 1 4 6ZM6.500 10h.01M10 10h.01M14 10h.01M17.500 10h.01M8 14h8"
            }
            Self::Model => {
                "M8 6h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2ZM10.500 10.500h3v3h-3zM9.500 3v3M14.500 3v3M9.500 18v3M14.500 18v3M3 9.500h3M3 14.500h3M18 9.500h3M18 14.500h3"
            }
            Self::Chat => {
                "M5 4.500h14a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2ZM7.500 9h9M7.500 12.500h5.500"
            }
            Self::Stop => "M7 7h10v10H7z",
            Self::Person => "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.500 20.500a7.5 7.5 0 0 1 15 0",
        }
    }
}

/// A decorative drawing; the control around it carries the words.
#[component]
pub fn Icon(
    /// Which one.
    kind: IconKind,
    /// Its edge in px.
    #[prop(default = 16)]
    size: u16,
) -> impl IntoView {
    let stroke = if matches!(kind, IconKind::More) { "2.6" } else { "1.8" };
    view! {
        <svg
            class="icon"
            width=size
            height=size
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width=stroke
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=kind.path()></path>
        </svg>
    }
}
