# What the programs, the build and the tests need; each check prints the one line that installs what is missing. Sourced by start and test.

find_dotnet() {
  local candidate
  for candidate in "$(command -v dotnet || true)" "${DOTNET_ROOT:-/nonexistent}/dotnet" "$HOME/.dotnet/dotnet" /usr/share/dotnet/dotnet /usr/lib/dotnet/dotnet; do
    if [ -x "$candidate" ] && "$candidate" --list-sdks 2>/dev/null | grep -q '^10\.'; then
      PATH=$(dirname "$(readlink -f "$candidate")"):$PATH
      export PATH DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
      return 0
    fi
  done
  return 1
}

has_library() { ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"; }

icu_package() { apt-cache search --names-only '^libicu[0-9]+$' 2>/dev/null | awk '{print $1}' | sort -V | tail -n 1 | grep . || echo libicu-dev; }

# Fills the array "missing" with Debian packages.
missing_to_run() {
  missing=()
  has_library 'libsqlite3\.so\.0' || missing+=(libsqlite3-0)
  has_library 'libssl\.so\.3' || missing+=(libssl3)
  has_library 'libicuuc\.so' || missing+=("$(icu_package)")
}

need_sdk() {
  find_dotnet && return 0
  echo "The .NET 10 SDK is missing. This line installs it:" >&2
  if apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then echo "  sudo apt-get install -y dotnet-sdk-10.0" >&2
  else echo "  curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0" >&2; fi
  exit 2
}

need_to_run() {
  need_sdk
  missing_to_run
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "TalkyWalky needs some packages. This line installs them:" >&2
  echo "  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 2
}

node_is_new_enough() { command -v node >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; }

# Installs what the tests need where it may; else says the line to run and ends with 2. $1 = no to refuse.
need_to_test() {
  need_sdk
  missing_to_run
  command -v openssl >/dev/null || missing+=(openssl)
  command -v curl >/dev/null || missing+=(curl)
  command -v tmux >/dev/null || missing+=(tmux)
  command -v jq >/dev/null || missing+=(jq)
  command -v unshare >/dev/null || missing+=(util-linux)
  if ! node_is_new_enough; then
    echo "The tests need Node.js 20.19 or newer. This line installs it where the distribution has it (else see nodejs.org):" >&2
    echo "  sudo apt-get install -y nodejs npm" >&2
    exit 2
  fi
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=''
  if [ "$(id -u)" -ne 0 ]; then sudo=sudo; fi
  if [ "$1" = no ] || { [ -n "$sudo" ] && ! sudo -n true 2>/dev/null; }; then
    echo "The tests need some packages. This line installs them:" >&2
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 2
  fi
  echo "Installing for the tests: ${missing[*]}" >&2
  install_quietly "$sudo" "${missing[@]}"
}

# A policy-rc.d that answers 101 keeps the packages' daemons from starting (Debian policy, invoke-rc.d(8)).
install_quietly() (
  sudo=$1
  shift
  policy=/usr/sbin/policy-rc.d
  if [ ! -e $policy ]; then
    printf '#!/bin/sh\nexit 101\n' | $sudo tee $policy >/dev/null
    $sudo chmod 755 $policy
    trap '$sudo rm -f $policy' EXIT
  fi
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
)
