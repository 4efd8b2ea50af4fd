column-name = Name
column-id = ID
column-owner = Owner
column-value = Value
column-used-by = Used by
column-created = Created
column-updated = Updated
column-operations = Operations
detail-column-kind = Kind
detail-column-name = Name
detail-column-attached = Linked
detail-column-last-used = Last used
detail-column-when = When
detail-column-who = Who
detail-column-through = Via
detail-column-host = Host
detail-column-version = Version
detail-column-outcome = Outcome
credentials = Credentials
about = Secrets your MCP servers, model bindings and workflows use. Once saved, a value can't be viewed, only replaced.
search = Search by name
add = Add credential
first-use = No credentials yet
mask = ********
hidden-value = hidden
copy-id = Copy ID of {$name}
edit = Edit {$name}
delete = Delete {$name}
edit-short = Edit
delete-short = Delete
more = More actions for {$name}
rename = Rename
copy-id-short = Copy ID
where-used = Used by
rename-title = Rename {$name}
name = Name
name-help = Describe what it's for, e.g. OPENAI_PROD_API_KEY. Names are visible to everyone who can sign in.
name-taken = That name is already taken.
value = Value
value-help-add = Paste the secret. Once saved, it can't be viewed, only replaced.
value-help-edit = The current value can't be shown. Enter it again or enter a new one. Everything that uses this credential keeps working.
value-missing = Enter a value.
value-too-long = Use up to 64 KiB.
only-rename = Keep the current value
added = {$name} added.
deleted = {$name} deleted.
load-current = Load latest
loaded-current = Loaded the latest version (now called {$name}). Your edits are still here – saving will overwrite it.
loading = Loading…
gone = Credential not found
not-allowed = You can't change this credential
gone-help = It was deleted, or you don't have access to it.
delete-title = Delete {$name}?
destroyed = The value is deleted right away and can't be restored.
not-in-use = Nothing in Strongroom uses it. Scripts that use its ID will fail.
references-changed = This list changed while you were looking. Please check it again.
never-used = never used
last-used = used
type-name = To confirm, type {$name}
name-not-typed = Type {$name} to confirm.
allowed-hosts = Allowed destinations
allowed-hosts-help = One per line, e.g. api.example.com/v1 (HTTPS). Write http://… for plain HTTP. Without a path, the whole host is allowed. If empty, the value can't be sent anywhere.
emptied = If you save an empty list, everything that uses this credential stops working.
any-path = any path
plain-http = plain HTTP, not encrypted
from-before = (from before)
from-before-help = Destinations marked “from before” come from an earlier version and allow any path. Add a path to narrow them, or save the list to confirm it.
nowhere = None yet. The first MCP server or model you link will be added.
change-hosts = Change
hosts-title = Allowed destinations of {$name}
hosts-saved = Saved the allowed destinations of {$name}.
version = Version
facts = Details
recent-activity = Recent activity
echoed-help = A response contained the value from an earlier request; we hid it. If you don't trust this host, replace the value.
no-uses = No activity yet.
no-references = Nothing in Strongroom uses it.
back-to-list = All credentials
could-not-be-loaded = Couldn't load this.
retry = Retry
how-to-begin-adding = Add your first secret. You pick it by name in MCP servers, model bindings and workflows.
how-to-begin-viewing = You have view-only access. Ask an administrator if you need to add credentials.
used-by = { $count ->
        [0] Unused
        [one] Used by 1
      *[other] Used by {$count}
}
renamed-to = Renamed {$before} to {$now}.
unchanged = {$name} wasn't changed.
rotated = Replaced the value of {$name}.{ $count ->
    [0] {""}
        [one] {" "}1 MCP server or model binding now uses it.
      *[other] {" "}{$count} MCP servers and model bindings now use it.
}
in-use = { $count ->
        [one] 1 MCP server or model binding uses this credential and will stop working.
      *[other] {$count} MCP servers and model bindings use this credential and will stop working.
}
and-more = { $count ->
        [one] and 1 more
   *[other] and {$count} more
}
and-hidden = { $count ->
        [one] and 1 you can't see
      *[other] and {$count} you can't see
}
fate-mcp-server = Will stop connecting until you pick another credential.
fate-other = Will stop working until you pick another credential.
delete-anyway = Delete anyway
version-words = { $version ->
        [1] 1 (original)
   *[other] {$version}
}
outcome-allowed = allowed
outcome-refused = refused
outcome-echoed = value repeated
outcome-unknown = unknown
not-saved = {$kind} (not saved)
