# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of gvt-client for fish: gvt-client itself knows what can come next.

function __gvt_client_complete
    set -l before (commandline -opc)[2..]
    set -l last (commandline -ct)
    # With --option=value, the value is what is completed.
    set -l prefix ''
    if string match -qr '^--[^=]+=' -- $last
        set prefix (string replace -r '=.*' '=' -- $last)
        set -a before (string replace -r '=.*' '' -- $last)
        set last (string replace -r '^[^=]*=' '' -- $last)
    end
    for line in (gvt-client complete -- $before "$last" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$last"
        else
            printf '%s%s\n' $prefix $line
        end
    end
end

complete -c gvt-client -f -a '(__gvt_client_complete)'
