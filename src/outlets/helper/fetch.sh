#!/bin/sh
# STS Sessions for AWS: what the managed profiles in the AWS config file name in credential_process.
# Asks the living VS Code windows of this person for the credentials of one session and prints them.
# `fetch id <id>` prints those of the session with this id: profiles for tools outside of VS Code name one.
# `fetch run 'command line'` runs a command instead, with the credentials in its environment.
# Secrets are only ever in this shell's memory and on its output: not in arguments or files, and in no environment but
# that of a command which the person asked to run.
# sts-sessions-helper 2

id=${STS_SESSIONS_ID:-${STS_SESSIONS_DEFAULT:-}}
[ "${1:-}" = id ] && id=${2:-}

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

case $id in
  '') fail 'No AWS session is chosen here: open this terminal in VS Code after starting a session, or set STS_SESSIONS_ID.' ;;
  none) fail 'This runs without an AWS session, because STS_SESSIONS_ID is none.' ;;
  # Spelt out, because a-z means other letters as well in some languages; a changed LC_ALL would reach commands.
  [!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_]* | *[!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+=,.@-]*)
    fail 'STS_SESSIONS_ID is not the id of a session, and as a name it may hold letters, digits and _+=,.@- only: use "Copy Session ID" in VS Code.'
    ;;
esac

folder=${0%/*}

# Small containers have no curl, and very old ones know no sockets: the editor's own Node can ask instead.
with_node() {
  node=
  [ -f "$folder/node" ] && IFS= read -r node <"$folder/node"
  [ -n "$node" ] && [ -x "$node" ] ||
    fail 'STS Sessions needs curl, or a VS Code window that was opened on this machine since the last update.'
  ELECTRON_RUN_AS_NODE=1 exec "$node" "$folder/fetch.cjs" "$@"
}

# The text of a field of the answer; AWS's values hold no quotes.
field() {
  case $body in
    *"\"$1\":\""*)
      value=${body#*"\"$1\":\""}
      value=${value%%\"*}
      ;;
    *) value= ;;
  esac
}

# Tools that know nothing but variables. What points to the session in other ways goes, or some would complain.
run() {
  unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN
  unset AWS_CONTAINER_CREDENTIALS_FULL_URI AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE
  field AccessKeyId
  export AWS_ACCESS_KEY_ID="$value"
  field SecretAccessKey
  export AWS_SECRET_ACCESS_KEY="$value"
  field SessionToken
  export AWS_SESSION_TOKEN="$value"
  field Expiration
  [ -n "$value" ] && export AWS_CREDENTIAL_EXPIRATION="$value"
  exec "${SHELL:-/bin/sh}" -c "$1"
}

command -v curl >/dev/null 2>&1 || with_node "$@"

# 1 when a coding agent runs this: one of the variables that the file "agents" names is set to something. It is looked
# up in what the shell exports, as a text: a name out of a file is never evaluated.
marked() {
  newline='
'
  exported=$newline$(export -p)
  while IFS= read -r name; do
    case $name in
      '' | [0123456789]* | *[!ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_]*) continue ;;
    esac
    case $exported in
      *" $name="*) ;;
      *) continue ;;
    esac
    # As dash, ash and ksh write it, bash, and zsh.
    for word in export 'declare -x' 'typeset -x'; do
      case $exported in
        *"$newline$word $name="*)
          value=${exported#*"$newline$word $name="}
          case $value in
            "''$newline"* | "''" | '""'"$newline"* | '""' | "$newline"* | '') ;;
            *) return 0 ;;
          esac
          ;;
      esac
    done
  done <"$folder/agents"
  return 1
}

agent=0
if [ -f "$folder/agents" ]; then
  marked && agent=1
else
  [ -n "${AI_AGENT:-}${COPILOT_AGENT:-}" ] && agent=1
fi

unknown=
for window in "$folder"/w/*; do
  kind= socket=
  [ -f "$window" ] && IFS=' ' read -r kind socket <"$window"
  [ "$kind" = socket ] || continue
  # -q and --noproxy: a ~/.curlrc or a proxy variable must not send this anywhere else.
  # 55 s: the window holds a fetch that waits for a person for 50 s, and Go's SDK gives up after 60.
  reply=$(curl -q -s --noproxy '*' --max-time 55 --max-filesize 65536 --unix-socket "$socket" -w '%{http_code}' \
    -H 'Accept: text/plain' -H "X-STS-Sessions-Agent: $agent" "http://localhost/process/$id" 2>/dev/null)
  outcome=$?
  body=${reply%???}
  case $outcome in
    0) ;;
    # Unknown option, protocol or feature: this curl cannot speak to sockets.
    1 | 2 | 4) with_node "$@" ;;
    28) fail 'VS Code did not answer in time: look there for a question about this session.' ;;
    # Nobody listens there any more, or the window closed meanwhile.
    *) continue ;;
  esac
  case ${reply#"$body"} in
    # echo, because it is a part of every shell: where printf is a program of its own, its arguments can be read by
    # others. The answer is JSON without a backslash, so echo leaves it as it is.
    200)
      [ "${1:-}" = run ] && run "${2:-}"
      echo "$body"
      exit 0
      ;;
    404) unknown=$body ;;
    *) fail "$body" ;;
  esac
done

[ -n "$unknown" ] && fail "$unknown"
fail 'VS Code is not running with STS Sessions on this machine: open a window, then try again.'
