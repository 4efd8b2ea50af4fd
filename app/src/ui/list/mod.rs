//! What every list page is made of: its state in the address, search, sorting, paging, and what it says
//! when there are no rows.

mod add_link;
mod frame;
mod handle;
mod leaving;
mod listing;
mod messages;
mod outcome;
mod pager;
mod search;
mod sort;
mod state;

pub use add_link::{ADD_ID, AddLink};
pub use frame::{ListFrame, ListWords};
pub use handle::{ListHandle, use_filtered_list, use_list};
pub use leaving::focus_beside;
pub use listing::{Listing, SessionEnded, use_listing};
pub(crate) use messages::grouped;
pub use outcome::Outcome;
pub use pager::Pager;
pub use search::{SEARCH_ID, SearchBox};
pub use sort::{ColumnHeader, SortBy, SortHeader};
pub use state::{FilterSpec, ListSpec, ListState};
