//! Messages around the texts of the help.

use super::HelpTopic;
use crate::page_table::page_table;

include!(concat!(env!("OUT_DIR"), "/messages/help.rs"));

macro_rules! texts {
    (
        signed_out $alone:tt signed_in $pages:tt
        topics { $($topic:ident($file:literal, $title:ident $summary:ident $link:ident))* }
    ) => {
        /// The heading of a text.
        pub fn title(topic: HelpTopic) -> &'static str {
            match topic {
                $(HelpTopic::$topic => $title(),)*
            }
        }

        /// The summary of a text in the index.
        pub fn summary(topic: HelpTopic) -> &'static str {
            match topic {
                $(HelpTopic::$topic => $summary(),)*
            }
        }

        /// The link from a page to its text.
        pub fn link(topic: HelpTopic) -> &'static str {
            match topic {
                $(HelpTopic::$topic => $link(),)*
            }
        }
    };
}
page_table!(texts);

/// The heading of a text on its own page.
pub fn page_title(topic: HelpTopic) -> String {
    title_of_topic(title(topic))
}
