sign-in = Sign in
sign-in-about = Named secrets for integrations: stored once, selected by name, never shown again.
email = Email
password = Password
set-up = Set up Strongroom
set-up-about = Create the first administrator. The link from the server's terminal works once.
token = Set-up token
token-help = The part after # of the link that the server printed.
name = Your name
name-help = Others see it as the owner of what you create.
password-help = At least 12 characters. A few words in a row are easier to remember than a riddle.
create-administrator = Create administrator
welcome = Choose your password
welcome-about = An administrator made this link for you. It works once. You are signed in afterwards, and signed out everywhere else.
link = Link
link-help = The link that you were given, or its part after #.
new-password = New password
choose-password = Save and sign in
account = Account
account-about = You sign in as {$email}.
own-name = Name
save-name = Save name
name-saved = Your name was saved.
password-about = A new password signs you out everywhere else.
current-password = Current password
current-password-missing = Enter the password that you have now.
new-password-missing = Enter the new password.
password-not-known = Not known whether this was saved: no answer came. Change it again: if your current password is refused then, the new one is in force already. Signing in with the new one tells, too.
change-password = Change password
password-saved = Your password was changed. You are signed out everywhere else.
sessions = Sessions
sessions-about = Where you are signed in. End what you do not know, and change your password then.
unknown-program = Unknown program
this-session = this one
signed-in = signed in
last-seen = last seen
end-session = End
end-session-of = End the session of {$browser}
end-other-sessions = End all other sessions
sign-in-again = Sign in again
sign-in-again-about = Your session has ended. What you typed is still there and is saved once you are signed in.
sign-in-error = { $code ->
    [wrong] The email or the password is wrong.
    [throttled] Too many tries. Wait a minute, then try again.
   *[other] Signing in does not work at the moment. Try again in a minute.
}
set-up-error = { $code ->
    [token] The set-up token is not right. Copy the whole link from the server's terminal.
    [email] Enter an email address, like name@example.org.
    [name] Enter a name of at most 128 characters.
    [password] Choose another password: 12 to 256 characters, and not a common one.
    [spent] Set-up is done already. Sign in, or ask an administrator.
   *[other] Setting up does not work at the moment. Try again in a minute.
}
welcome-error = { $code ->
    [token] The link is not complete. Copy it again, up to its last character.
    [password] Choose another password: 12 to 256 characters, and not a common one.
    [spent] This link was used, has expired, or was replaced by a newer one. Ask an administrator for a new link.
    [throttled] Too many tries. Wait a minute, then try again.
   *[other] Choosing a password does not work at the moment. Try again in a minute.
}
one-session-ended = The session has ended.
other-sessions-ended = All other sessions have ended.
