show-short = Show
clear-short = Clear
tools = {$label}: show or clear
cleared = Cleared.
copy-needs-show = Show the value before you copy it.
no-undo-while-hidden = You can't undo while the value is hidden.
waiting = Loading…
not-sendable = This value contains line breaks or control characters. You can save it, but it can't be sent as a header.
hidden-lines = { $lines ->
    [0] {""}
    [one] •••••••• (1 line)
   *[other] •••••••• ({$lines} lines)
}
show-label = Show {$label}
clear-label = Clear {$label}
offer-newline = Ends with a line break.
offer-spaces = Has spaces around it.
offer-quotes = Is in quotes.
offer-bearer = Starts with “Bearer”, which would be sent twice.
offer-name = Starts with a name and “=”.
take-newline = Remove line break
take-spaces = Remove spaces
take-quotes = Remove quotes
take-bearer = Remove “Bearer”
take-name = Remove “NAME=”
taken-newline = Line break removed.
taken-spaces = Spaces removed.
taken-quotes = Quotes removed.
taken-bearer = “Bearer” removed.
taken-name = Name removed from the value.
