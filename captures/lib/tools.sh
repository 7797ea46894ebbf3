# shellcheck shell=bash
# What a recording needs from the machine: $tools of the recording itself, and these.

# command and the Debian package that has it
readonly common_tools="
curl:curl tcpdump:tcpdump ip:iproute2 ethtool:ethtool nc:netcat-openbsd
setpriv:util-linux flock:util-linux sysctl:procps python3:python3"

# need_tools INSTALL: finds every tool, or installs the missing ones if INSTALL is yes, or says what is missing.
need_tools() {
  local install=$1 missing
  missing=$(missing_packages)
  if [[ -n $missing && $install == yes ]]; then
    say "installing: $missing"
    # shellcheck disable=SC2086  # a list of package names
    if ! { apt-get update -qq && apt_install $missing; } >&2; then
      fail $EX_UNAVAILABLE "apt-get could not install: $missing"
    fi
    missing=$(missing_packages)
  fi
  if [[ -n $missing ]]; then
    fail $EX_UNAVAILABLE "missing Debian packages: $missing (install them, or run again with --install)"
  fi
  [[ -z ${needs_postgres:-} ]] || postgres_bin=$(postgres_directory)
}

# Debian starts a server once it is installed, unless this file forbids it; the recording wants the programs only.
apt_install() (
  policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap 'rm -f -- "$policy"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
)

missing_packages() {
  local tool packages=()
  for tool in $common_tools $tools; do
    PATH=$PATH:/usr/sbin:/sbin command -v "${tool%%:*}" >/dev/null || packages+=("${tool##*:}")
  done
  [[ -z ${needs_postgres:-} || -n $(postgres_directory) ]] || packages+=(postgresql)
  ((${#packages[@]} == 0)) || printf '%s\n' "${packages[@]}" | sort -u | paste -s -d ' '
}

# The newest PostgreSQL server's programs; Debian keeps them out of PATH.
postgres_directory() {
  local program newest=""
  for program in $(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V); do
    [[ ! -x $program ]] || newest=${program%/postgres}
  done
  printf '%s' "$newest"
}

# wait_until WHAT COMMAND…: polls for ten seconds.
wait_until() {
  local what=$1 attempt
  shift
  for attempt in {1..100}; do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.1
  done
  fail $EX_SOFTWARE "gave up after $attempt attempts: $what"
}
