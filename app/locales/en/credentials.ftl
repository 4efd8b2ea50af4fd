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
detail-column-attached = Attached
detail-column-last-used = Last used
detail-column-when = When
detail-column-who = Who
detail-column-through = Through
detail-column-host = Host
detail-column-version = Version
detail-column-outcome = Outcome
credentials = Credentials
about = Named secrets that model bindings and MCP servers refer to. Values are never shown again.
search = Search by name
add = Add credential
first-use = No credentials yet
mask = ********
hidden-value = hidden
copy-id = Copy the ID of {$name}
edit = Edit {$name}
delete = Delete {$name}
edit-short = Edit
delete-short = Delete
more = More for {$name}
rename = Rename
copy-id-short = Copy ID
where-used = Where used
rename-title = Rename {$name}
name = Name
name-help = Say what it is for, e.g. OPENAI_PROD_API_KEY. Everyone who may list credentials sees names.
name-taken = A credential with this name exists. Choose another name.
value = Value
value-help-add = Paste the secret. After saving it cannot be shown again, only replaced.
value-help-edit = The stored value cannot be shown. Paste the current or a new one; what uses it keeps working.
value-missing = Enter the value.
value-too-long = Use at most 64 KiB.
only-rename = Only rename, keep the value
added = {$name} was added.
deleted = {$name} was deleted.
load-current = Load the current version
loaded-current = Loaded: it is called {$name} now. What you typed is kept; Save replaces what is there.
loading = Loading…
gone = This credential does not exist
not-allowed = You may not change this credential
gone-help = It was deleted, or you may not see it.
delete-title = Delete {$name}?
destroyed = The value is destroyed at once and cannot be restored.
not-in-use = Nothing stored here uses it. Programs that hold its ID are not listed.
references-changed = What uses it has changed meanwhile. This is the list as it is now.
never-used = never used
last-used = used
type-name = Type the name to delete it anyway
name-not-typed = Type {$name} to confirm.
allowed-hosts = Allowed destinations
allowed-hosts-help = One per line, e.g. api.example.com/v1 (HTTPS). Write http://… for plain HTTP. Without a path, the whole host is allowed. If empty, the value can't be sent anywhere.
emptied = Records that use this credential stop working when you save an empty list.
any-path = any path
plain-http = plain HTTP, not encrypted
from-before = (from before)
from-before-help = Destinations marked “from before” come from an earlier version and allow any path. Add a path to narrow them, or save the list to confirm it.
nowhere = None yet. The first MCP server or model you link will be added.
change-hosts = Change
hosts-title = Allowed destinations of {$name}
hosts-saved = Saved the allowed destinations of {$name}.
version = Version
facts = Facts
recent-activity = Recent activity
echoed-help = The value came back in an answer, which showed an earlier request. It was hidden. If you don't trust this host, replace the value.
no-uses = Never used.
no-references = Nothing stored here refers to it.
back-to-list = All credentials
could-not-be-loaded = Could not be loaded.
retry = Retry
how-to-begin-adding = Add a secret under a name. Model bindings and MCP servers choose it by that name; nobody sees it again.
how-to-begin-viewing = Nobody has added one. Your role can look, not add; an administrator can change that.
used-by = { $count ->
    [0] not used
    [one] 1 reference
   *[other] {$count} references
}
renamed-to = {$before} is now {$now}. What refers to it keeps working.
unchanged = {$name} is unchanged.
rotated = {$name} has a new value.{ $count ->
    [0] {""}
    [one] {" "}One reference uses it from now on.
   *[other] {" "}{$count} references use it from now on.
}
in-use = { $count ->
    [one] One thing uses this credential. It will fail until it is given another one.
   *[other] {$count} things use this credential. They will fail until they are given another one.
}
and-more = { $count ->
    [one] and one more
   *[other] and {$count} more
}
and-hidden = { $count ->
    [one] and one that you may not see
   *[other] and {$count} that you may not see
}
fate-mcp-server = Keeps its reference; its connections fail, and its row says “credential deleted”.
fate-model-binding = Keeps its reference; its actions fail, and its row says “credential deleted”.
fate-unknown = Keeps its reference and fails when it uses it.
referrer-mcp-server = MCP server
referrer-model-binding = Model binding
referrer-unknown = Other
delete-anyway = Delete anyway
version-words = { $version ->
    [1] 1, never replaced
   *[other] {$version}
}
outcome-allowed = allowed
outcome-refused = refused
outcome-echoed = came back
outcome-unknown = unknown
not-saved = {$kind} (not saved)
