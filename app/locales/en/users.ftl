column-name = Name
column-email = Email
column-role = Role
column-state = State
column-last-seen = Last seen
column-created = Created
column-operations = Operations
users = Users
about = People who can sign in, and their roles.
search = Search by name or email
add = Add user
first-use = No users yet
how-to-begin = Add your first user and send them the invite link.
seen-short = last seen
never = never
you = you
edit = Edit {$name}
delete = Delete {$name}
more = More actions for {$name}
new-link = Reset password link
disable = Disable
enable = Enable
own-account = Your account
name = Name
name-help = Others see this name on everything this user owns.
email = Email
email-help = Used to sign in. Strongroom doesn't send email; you send the invite link yourself.
email-fault = Enter an email address, like name@example.org.
role = Role
add-and-get-link = Create invite link
link-title = Link for {$name}
link-about = Send this link to {$name} privately. Anyone who opens it can set the password.
link-once = It works once and won't be shown again. If it's lost, create a new one.
link = Link
link-good-until = Expires
copy-link = Copy link
done = Done
new-link-title = Create a link for {$name}?
link-not-known = Connection lost, so we couldn't confirm the link. Create another one; the old link will stop working.
make-link = Create link
saved = {$name} saved.
added-without-link = {$name} added, but the connection was lost before the link arrived. Choose “Reset password link” in their row.
deleted = {$name} deleted.
delete-title = Delete {$name}?
delete-means = {$name} owns nothing. They're signed out right away, and the account can't be restored.
credential = Credential
mcp-server = MCP server
model-binding = Model binding
and-more = and {NUMBER($count)} more
estate = What should happen to it?
transfer = Transfer to another user
transfer-means = Everything keeps working. The new owner can change and delete it.
destroy = Delete the credentials with the account
new-owner = New owner
choose-user = Choose a user
narrow = Search by name or email
new-owner-missing = Choose a new owner.
new-owner-gone = This account was deleted or disabled. Choose someone else.
no-matching-users = No matching users.
type-name = To confirm, type {$name}
name-not-typed = Type {$name} exactly as shown.
owned-changed = This list changed while you were looking. Please check it again.
delete-button = Delete
loading = Loading…
gone = User not found
gone-help = The account was deleted, or the link is wrong.
could-not-be-loaded = Couldn't load this user
not-yourself = You can't do this to your own account
not-yourself-help = Ask another administrator. You can change your name and password in “Your account”.
load-current = Load latest
loaded-current = Loaded the latest version (now {$name}, {$role}). Your edits are still here – saving will overwrite it.
state-active = Active
state-invited = Invited
state-link-ended = Invite expired
state-disabled = Disabled
state-unknown = Unknown
administrator-means = Full access, including users. (No one can view values.)
manager-means = Can add and use everything; can edit only their own.
viewer-means = Can view names and where they're used.
new-link-of-invited-means = The old link will stop working.
new-link-of-active-means = When they use this link to set a new password, they're signed out everywhere. Any earlier link stops working.
disable-title = Disable {$name}?
enable-title = Enable {$name}?
disable-means = They're signed out everywhere and can't sign in. Everything they own keeps working.
enable-means = They can sign in with their old password.
disabled = {$name} disabled.
enabled = {$name} enabled.
owns-all = {$name} owns {$records}. They're signed out right away, and the account can't be restored.
owned-credentials = { $count ->
    [one] 1 credential
   *[other] {$count} credentials
}
owned-mcp-servers = { $count ->
    [one] 1 MCP server
   *[other] {$count} MCP servers
}
owned-model-bindings = { $count ->
    [one] 1 model binding
   *[other] {$count} model bindings
}
two-of-a-list = {$first} and {$second}
three-of-a-list = {$first}, {$second} and {$third}
used-by = { $count ->
        [0] unused
   *[other] used by {$count}
}
values-destroyed = { $count ->
        [one] Its value can't be restored, and everything that uses it stops working.
      *[other] Their values can't be restored, and everything that uses them stops working.
}
both-transferred = MCP servers and model bindings are transferred to you.
mcp-servers-transferred = MCP servers are transferred to you.
model-bindings-transferred = Model bindings are transferred to you.
user-option-you = {$name} (you)
user-option-other = {$name}, {$email}
