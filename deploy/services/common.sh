# What the services share: options, a certificate authority of their own, generated passwords. Sourced by them.

umask 077

fail() { echo "$(basename "$0"): $*" >&2; exit "${code:-1}"; }

need_program() { # program package...
  command -v "$1" >/dev/null && return 0
  local program=$1
  shift
  code=2 fail "$program is missing; install it with: sudo apt-get install -y --no-install-recommends $*"
}

# A password nobody chose, of the kinds of characters that Active Directory asks for; kept in a file and never an argument of a program.
generate_password() { [ -s "$1" ] || printf 'Aa1-%s' "$(openssl rand -hex 20)" >"$1"; }

# $1 = DIR/tls, $2 = the IP address that the certificate is for, beside localhost. Made once for each address.
make_tls() {
  local dir=$1 address=$2
  [ ! -e "$dir/server.pem" ] || ! openssl x509 -in "$dir/server.pem" -noout -checkip "$address" | grep -q 'does match' || return 0
  mkdir -p "$dir"
  {
    openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=CA of $address" -keyout "$dir/ca.key" -out "$dir/ca.pem" \
      -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign'
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$address" -keyout "$dir/server.key" -out "$dir/server.csr"
    openssl x509 -req -in "$dir/server.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 365 -out "$dir/server.pem" -extfile <(
      printf 'subjectAltName=IP:%s,DNS:localhost\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n' "$address")
  } >"$dir/log" 2>&1 || { cat "$dir/log" >&2; fail "openssl could not make the certificates in $dir"; }
}
