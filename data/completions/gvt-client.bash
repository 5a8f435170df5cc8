# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of gvt-client for bash: gvt-client itself knows what can come next.
# shellcheck shell=bash

_gvt_client() {
  local cur words cword line word quote='' typed
  _get_comp_words_by_ref -n := cur words cword || return
  [[ $cur == [\"\']* ]] && quote=${cur:0:1}
  typed=${cur#[\"\']}
  [[ $quote ]] || typed=${typed//\\/}
  # With --option=value, the value is what is completed.
  if [[ $typed == --*=* ]]; then
    words=("${words[@]:0:cword}" "${typed%%=*}" "${typed#*=}")
    ((cword += 1))
    typed=${typed#*=}
    cur=$typed
  else
    words[cword]=$typed
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
      continue
    fi
    word=${line%%$'\t'*}
    [[ $word == "$typed"* ]] || continue
    [[ $quote ]] || printf -v word %q "$word"
    COMPREPLY+=("$word")
  done < <(gvt-client complete -- "${words[@]:1:cword}" 2>/dev/null)
  __ltrim_colon_completions "$cur"
} && complete -F _gvt_client gvt-client
