not-fetched = Couldn't load this part of the page. Check your connection, then reload.
reload = Reload
created-short = created
updated-short = updated
copied = Copied
copy-failed = Your browser blocked copying. Select the text and copy it yourself.
cancel = Cancel
save = Save
close = Close
discard-question = Discard your changes?
discard = Discard
keep-editing = Keep editing
dismiss = Dismiss
messages = Messages
request-id = Request
copy-request-id = Copy request ID
not-known-whether-saved = Connection lost. Checking whether it was saved…
still-not-known = We couldn't confirm the save because you're offline. Your input is still here – try again.
was-not-saved = Connection lost, and your changes weren't saved. Save again.
other-person = Someone else signed in on this browser, so nothing was saved. Reload the page to continue; your input will be lost.
not-signed-in = You're signed out, so nothing was saved. Save again to sign in.
unreadable = We couldn't read the server's response. Reload the page; your input will be lost.
unreachable = Couldn't reach the server. Check your connection.
fields-to-correct = { $count ->
        [one] Fix 1 field:
      *[other] Fix {$count} fields:
}
session-expired = Your session expired. Sign in and try again.
forbidden = You don't have permission to do this. Ask an administrator.
not-found = This was deleted, or you don't have access to it.
name-taken = That name is already taken.
changed-by = {$user} changed this while you were editing. Your edits are still here.
changed-by-someone = Someone else changed this while you were editing. Your edits are still here.
host-not-allowed = {$host} isn't on {$credential}'s allowed destinations. Ask its owner or an administrator to add it.
the-credential = the credential
credential-forbidden = You can't use {$credential}. Choose another credential, or ask its owner or an administrator.
value-not-sendable = The value of {$credential} contains a line break, so it can't be sent in a header. Edit the credential.
