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

ldap_package() { apt-cache search --names-only '^(libldap-2\.[0-9]-0|libldap2)$' 2>/dev/null | awk '{print $1}' | sort -V | tail -n 1 | grep . || echo libldap-2.5-0; }

# Fills the array "missing" with Debian packages.
missing_to_run() {
  missing=()
  has_library 'libsqlite3\.so\.0' || missing+=(libsqlite3-0)
  has_library 'libssl\.so\.3' || missing+=(libssl3)
  has_library 'libicuuc\.so' || missing+=("$(icu_package)")
  has_library 'libldap\(-2\.[0-9]\)\?\.so\.' || missing+=("$(ldap_package)")
}

# The real directories of deploy/services; $1 = openldap or active-directory.
missing_for_directory() {
  case $1 in
    openldap)
      command -v slapd >/dev/null || [ -x /usr/sbin/slapd ] || missing+=(slapd) ;;
    active-directory)
      { command -v samba || [ -x /usr/sbin/samba ]; } >/dev/null && command -v samba-tool >/dev/null && [ -e /usr/share/samba/setup/provision.ldif ] &&
        compgen -G '/usr/lib/*/samba/ldb/samba_dsdb.so' >/dev/null ||
        missing+=(samba-ad-dc samba-ad-provision samba-dsdb-modules samba-vfs-modules python3-samba winbind) ;;
  esac
  command -v ldapsearch >/dev/null || missing+=(ldap-utils)
  command -v openssl >/dev/null || missing+=(openssl)
}

# The real databases of deploy/services; $1 = postgres.
missing_for_store() {
  case $1 in
    postgres)
      # Debian keeps the server out of PATH.
      { compgen -G '/usr/lib/postgresql/*/bin/postgres' || command -v postgres; } >/dev/null || missing+=(postgresql)
      command -v psql >/dev/null || missing+=(postgresql-client) ;;
  esac
  command -v openssl >/dev/null || missing+=(openssl)
}

# The real broker of deploy/services. Debian keeps epmd with Erlang.
missing_for_broker() {
  [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || missing+=(rabbitmq-server)
  command -v openssl >/dev/null || missing+=(openssl)
}

# In front of several gateways.
missing_for_cluster() { command -v haproxy >/dev/null || [ -x /usr/sbin/haproxy ] || missing+=(haproxy); }

need_sdk() {
  find_dotnet && return 0
  echo "The .NET 10 SDK is missing. This line installs it:" >&2
  if apt-cache show dotnet-sdk-10.0 >/dev/null 2>&1; then echo "  sudo apt-get install -y dotnet-sdk-10.0" >&2
  else echo "  curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --channel 10.0" >&2; fi
  exit 2
}

node_is_new_enough() { command -v node >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; }

# Builds the app's page.
need_node() {
  node_is_new_enough && command -v npm >/dev/null && return 0
  echo "Node.js 20.19 or newer and npm are missing. This line installs them where the distribution has them (else see nodejs.org):" >&2
  echo "  sudo apt-get install -y nodejs npm" >&2
  exit 2
}

need_to_run() {
  need_sdk
  need_node
  missing_to_run
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "TalkyWalky needs some packages. This line installs them:" >&2
  echo "  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 2
}

# fc-list comes with Chromium.
has_font() { fc-list ":family=$1" 2>/dev/null | grep -q .; }

# Installs what the tests need where it may; else says the line to run and ends with 2. $1 = no to refuse.
need_to_test() {
  need_sdk
  need_node
  missing_to_run
  missing_for_directory openldap
  missing_for_directory active-directory
  missing_for_store postgres
  missing_for_broker
  missing_for_cluster
  command -v curl >/dev/null || missing+=(curl)
  command -v tmux >/dev/null || missing+=(tmux)
  command -v jq >/dev/null || missing+=(jq)
  command -v unshare >/dev/null || missing+=(util-linux)
  command -v faketime >/dev/null || missing+=(faketime)
  command -v ip >/dev/null || missing+=(iproute2)
  command -v chromium >/dev/null || missing+=(chromium)
  command -v Xvfb >/dev/null || missing+=(xvfb)
  command -v xdotool >/dev/null || missing+=(xdotool)
  command -v secret-tool >/dev/null || missing+=(libsecret-tools)
  command -v gnome-keyring-daemon >/dev/null || missing+=(gnome-keyring)
  command -v dbus-run-session >/dev/null || missing+=(dbus-daemon)
  has_font 'DejaVu Sans' || missing+=(fonts-dejavu-core)
  has_font 'Noto Color Emoji' || missing+=(fonts-noto-color-emoji)
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
