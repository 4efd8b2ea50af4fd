clear = Clear credential
open = Show credentials
list = Credentials
create-from-paste = Create credential from pasted text…
retry = Retry
created = Created {$name}.
cleared-for-host = You changed {$before} to {$now}. Choose the credential again to confirm.
restored = {$name} is selected again.
none-needed = Continue without a credential
undo = Undo
cleared = No credential is selected.
created-not-sendable = {$name} contains line breaks or control characters, so it can't be sent as a header. Edit its value or choose another credential.
create-title = Create credential
hidden-choice = A credential you can't see
deleted-choice = {$name} was deleted. Choose another.
deleted-choice-by = {$user} deleted {$name}. Choose another.
deleted-choice-on = {$name} was deleted on {$day}. Choose another.
deleted-choice-by-on = {$user} deleted {$name} on {$day}. Choose another.
# 2 Mar 2026
day = {NUMBER($day)} { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} {NUMBER($year)}
unknown-name = No credential named “{$text}”. Choose one from the list or clear the field.
create-new = Create credential…
create-named = Create credential “{$name}”…
searching = Searching…
failed = Couldn't load credentials.
forbidden = You don't have permission to see credentials. Ask an administrator.
secret-create = This looks like a secret, so we didn't search for it. Create a credential from it instead.
secret-ask = This looks like a secret, so we didn't search for it. Ask someone who can create credentials.
rows = { $count ->
    [0] {""}
    [one] 1 credential.
   *[other] {$count} credentials.
}
none-yet = No credentials yet.
no-match = No results for “{$search}”.
more = {NUMBER($count)} more – keep typing
more-than = More than {NUMBER($count)} more – keep typing
created-stays-one = {$name} was created and is still in Credentials.
created-stays-many = {$names} were created and are still in Credentials.
value-help-known = {$help} After you save, it can be sent only to {$destination}.
value-help-unknown = {$help} After you save, it can be sent only to this form's URL.
after-saving-to = After you save, {$credential} can be sent only to {$destination}.
allow-host = Allow {$host}
