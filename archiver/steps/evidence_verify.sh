#!/bin/sh
# Is this folder of evidence what it says it is? Needs sh, sha256sum, openssl 3 and coreutils; no network.
#
#   sh verify.sh [--key SHA256]... [--root CERTIFICATES.pem] [FOLDER]
#
# --key   SHA-256 of the archive's public key (DER), as the archive itself told you, by another way than this folder
# --root  certificates of the time-stamping authorities that you trust, as those themselves publish them
# Ends with OK (exit status 0) or REFUSED (1); 2 is wrong usage. README.txt says what each step shows.
set -u
export LC_ALL=C TZ=UTC0
nl='
'
usage() { echo "usage: sh verify.sh [--key SHA256]... [--root CERTIFICATES.pem] [FOLDER]" >&2; exit 2; }
refuse() { printf 'REFUSED: %s\n' "$*" | tr -cd '[:print:]\n'; exit 1; }
sum() { sum=$(sha256sum) && printf %s "${sum%% *}"; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
raw() { # hexadecimal digits as bytes
  left=$1 escaped=
  while [ -n "$left" ]; do
    byte=$((0x${left%"${left#??}"})) left=${left#??}
    escaped="$escaped\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
  done
  printf "$escaped"
}
number() { case $1 in '' | *[!0-9]* | 0?* | ???????????????*) refuse "$2 has no number where one should be" ;; esac; }
node() { { printf '\001'; raw "$1$2"; } | sum; } # the hash over two others (RFC 6962)
files() { # every file below, one a line
  for file in "$1"* "$1".[!.]* "$1"..?*; do
    if [ -L "$file" ]; then echo "$file (a link)"; elif [ -d "$file" ]; then files "$file/"; elif [ -e "$file" ]; then
      printf '%s\n' "$file"; fi
  done
}
listed() { # whether the files here are the very ones of a list; it does not name itself, nor what else is given
  [ -f "$1" ] || refuse "$PWD: there is no $1"
  { cut -c 67- "$1"; printf '%s\n' "$@"; } | sort >"$tmp/listed"
  [ -z "$(tr -d 'A-Za-z0-9._/\n-' <"$tmp/listed")" ] || refuse "$PWD: $1 has names that are none of an archive"
  files '' | sort >"$tmp/here"
  other=$(comm -3 "$tmp/listed" "$tmp/here" | tr -d '\t' | head -n 1)
  [ -z "$other" ] || refuse "$PWD: $other is missing, or not in $1"
  sha256sum -c --strict --quiet "$1" >"$tmp/said" 2>&1 || refuse "$PWD: $(head -n 1 "$tmp/said")"
}
signed() { # whether the first $2 lines of a C2SP note are signed, by every key of this folder that it names
  head -n "$2" "$1" >"$tmp/text"
  tail -n "+$(($2 + 1))" "$1" >"$tmp/rest"
  by=
  while IFS= read -r line; do
    case $line in "— $origin "*) ;; *) continue ;; esac
    printf %s "${line##* }" | base64 -d >"$tmp/signature" 2>/dev/null
    [ "$(base64 -w 0 "$tmp/signature")" = "${line##* }" ] || refuse "$1 has a malformed signature"
    id=$(head -c 4 "$tmp/signature" | hex)
    [ -f "log/keys/$id.pem" ] || continue
    tail -c +5 "$tmp/signature" >"$tmp/bare"
    openssl pkeyutl -verify -rawin -pubin -inkey "log/keys/$id.pem" -in "$tmp/text" -sigfile "$tmp/bare" \
      >/dev/null 2>&1 || refuse "$1 was changed, or is not signed by key $id"
    by="$by $id"
  done <"$tmp/rest"
  [ -n "$by" ] && [ -z "$(head -n 1 "$tmp/rest")" ] || refuse "$1 is not signed by a key of this folder"
}
covered() { # what a stamp is of: the checkpoint, and where it renews others (.r1, .r2), those
  cat "$1"
  case ${2##*.} in r*) ;; *) return ;; esac
  cat "${2%.r*}.tsr" && number "${2##*.r}" "$2" && renewal=1
  while [ "$renewal" -lt "${2##*.r}" ]; do cat "${2%.r*}.r$renewal.tsr"; renewal=$((renewal + 1)); done
}
under() { # whether the stamp holds at its own time, under these roots
  openssl ts -verify -data "$tmp/data" -in "$stamp" -CAfile "$1" -untrusted "$chain" -attime "$at" >/dev/null 2>&1
}
stamped() { # when the earliest stamp of a checkpoint was made, in $seconds and $words; empty if there is none that counts
  seconds='' words=''
  for stamp in "${1%.checkpoint}".*.tsr; do
    [ -e "$stamp" ] || continue
    info=$(openssl ts -reply -in "$stamp" -text 2>/dev/null)
    info=${info##*Policy OID: } chain=${stamp%.tsr}.pem count=yes trust="under a root that you gave"
    case $info in *"Hash Algorithm: sha"[235]*) ;; *) refuse "$stamp can't be read, or is over a weak digest" ;; esac
    info=${info#*Time stamp: } info=${info%%"$nl"*}
    case $info in *.*) info="${info%%.*} ${info#*.* }" ;; esac
    info=$(date -d "$info" '+%s %Y-%m-%d %H:%M:%S UTC' 2>/dev/null) || refuse "$stamp has no time"
    at=${info%% *} info=${info#* }
    covered "$1" "${stamp%.tsr}" >"$tmp/data"
    under "$chain" || refuse "$stamp is no stamp of $1, or its certificates don't fit"
    [ -n "$root" ] || trust="its root TAKEN FROM THIS FOLDER: compare it, or say --root"
    [ -z "$root" ] || under "$root" || count='' trust="under NO root that you gave: it does not count"
    echo "   stamped $info ($stamp), $trust"
    [ -z "$count" ] || { [ -n "$seconds" ] && [ "$seconds" -le "$at" ]; } || seconds=$at words=$info
  done
  [ -n "$seconds" ] || [ -z "$root" ] || refuse "$1 has no stamp by an authority that you trust"
  [ -n "$seconds" ] || echo "   NO TRUSTED TIME: no authority stamped it"
}
entry() { # whether the log has this entry; leaves its $digest, and the $size of the checkpoint
  leaf=$(cat "log/entries/$1.leaf") hash=$({ printf '\000'; tr -d '\n' <"log/entries/$1.leaf"; } | sum)
  digest=${leaf#*\"digest\":\"sha256:} path=${leaf#*\"path\":\"} index=${leaf##*\"seq\":}
  digest=${digest%%\"*} path=${path%%\"*} index=${index%\}}
  [ "${path##*/}" = "$1" ] || refuse "log/entries/$1.leaf is the entry of another thing"
  case ${#digest}$digest in *[!0-9a-f]*) refuse "log/entries/$1.leaf has no digest" ;; esac
  number "$index" "log/entries/$1.leaf"
  {
    IFS= read -r line && IFS= read -r number
    while IFS= read -r beside && [ -n "$beside" ]; do printf %s "$beside" | base64 -d | hex; echo; done >"$tmp/path"
    cat >"$tmp/checkpoint"
  } <"log/entries/$1.tlog-proof"
  [ "$line, $number" = "c2sp.org/tlog-proof@v1, index $index" ] || refuse "log/entries/$1.tlog-proof is of another entry"
  { IFS= read -r line && IFS= read -r size && IFS= read -r top; } <"$tmp/checkpoint"
  number "$size" "log/entries/$1.tlog-proof"
  [ -f "$tmp/$size" ] && [ "$(sum <"$tmp/checkpoint")" = "$(sum <"log/$(printf %012d "$size").checkpoint")" ] ||
    refuse "log/entries/$1.tlog-proof is under a checkpoint that is not here"
  number=$index last=$((size - 1))
  while IFS= read -r beside; do
    [ "$last" -gt 0 ] || refuse "the proof of $1 is too long"
    if [ $((number % 2)) = 1 ] || [ "$number" = "$last" ]; then
      hash=$(node "$beside" "$hash")
      while [ $((number % 2)) = 0 ] && [ "$number" -gt 0 ]; do number=$((number / 2)) last=$((last / 2)); done
    else
      hash=$(node "$hash" "$beside")
    fi
    number=$((number / 2)) last=$((last / 2))
  done <"$tmp/path"
  [ "$last $hash" = "0 $(printf %s "$top" | base64 -d | hex)" ] || refuse "$1 is not under its checkpoint"
}

keys='' root='' folder=$(dirname -- "$0")
while [ $# -gt 0 ]; do
  case $1 in
    --key) [ $# -gt 1 ] || usage; keys="$keys ${2#sha256:} "; case ${2#sha256:} in *[!0-9a-f]*) usage ;; esac; shift ;;
    --root) [ $# -gt 1 ] && [ -f "$2" ] || usage; root=$(realpath -- "$2"); shift ;;
    -*) usage ;;
    *) folder=$1 ;;
  esac
  shift
done
cd -- "$folder" || usage
tmp=$(mktemp -d) || exit 2
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 2' HUP INT TERM
exec </dev/null

listed sha256sums.txt sha256sums.note
[ -f sha256sums.note ] || refuse "$PWD: there is no sha256sums.note"
list=$(sum <sha256sums.txt)
echo "1. Files: all are here, none was changed since they were listed, and there is no other."
echo "   The SHA-256 of that list, sha256sums.txt: $list"

kind='' origin='' digest='' at='' size='' top=''
{ IFS= read -r kind && IFS= read -r origin && IFS= read -r digest && IFS= read -r at; } <sha256sums.note
case ${origin#embed-archive/} in '' | *[!0-9a-f]*) refuse "sha256sums.note names no log" ;; esac
case $at in '' | *[!0-9TZ:.-]*) refuse "sha256sums.note has no time" ;; esac
for key in log/keys/*.pem; do
  openssl pkey -pubin -in "$key" -outform DER -out "$tmp/der" 2>/dev/null || refuse "$key is no public key"
  [ "$(head -c 12 "$tmp/der" | hex)" = 302a300506032b6570032100 ] || refuse "$key is no Ed25519 key"
  id=$({ printf '%s\n\001' "$origin"; tail -c +13 "$tmp/der"; } | sum) fingerprint=$(sum <"$tmp/der")
  [ "$key" = "log/keys/${id%"${id#????????}"}.pem" ] || refuse "$key is no key of the log $origin"
  case $keys in
    '') trust="TAKEN FROM THIS FOLDER: compare it with the archive's, or say --key" ;;
    *" $fingerprint "*) trust="the one that you gave" ;;
    *) refuse "$key (SHA-256 $fingerprint) is not the key that you gave" ;;
  esac
  echo "2. Key of the log $origin, SHA-256 $fingerprint: $trust."
done

[ "$kind $digest" = "embed-archive/evidence sha256:$list" ] || refuse "sha256sums.note is of another list"
signed sha256sums.note 4
echo "3. List: signed by key$by. The archive says that it handed out just these files, at $at."

for checkpoint in log/*.checkpoint; do
  [ -f "$checkpoint" ] || refuse "there is no checkpoint"
  { IFS= read -r line && IFS= read -r size; } <"$checkpoint"
  number "$size" "$checkpoint"
  [ "$line $checkpoint" = "$origin log/$(printf %012d "$size").checkpoint" ] || refuse "$checkpoint is of another log or size"
  signed "$checkpoint" 3
  echo "4. Checkpoint of the first $size entries of the log: signed by key$by."
  stamped "$checkpoint"
  echo "$words" >"$tmp/$size"
done

captured=0 untimed=
for place in captures/*/; do
  name=${place#captures/} name=${name%/} here=$PWD
  [ -f "log/entries/$name.leaf" ] && [ -f "log/entries/$name.tlog-proof" ] || refuse "there is no entry or proof of $name"
  cd -- "$place" && listed manifest-sha256.txt && cd -- "$here" || exit 1
  entry "$name"
  [ "$digest" = "$(sum <"$place/manifest-sha256.txt")" ] || refuse "the manifest of $name is not the one in the log"
  IFS= read -r words <"$tmp/$size"
  echo "5. $name: its files are those of its manifest, which is entry $index of the log,"
  [ -n "$words" ] && time="existed by $words" || time="NO TRUSTED TIME" untimed=", BUT WITHOUT TRUSTED TIME"
  echo "   under the checkpoint of $size entries: unchanged since capture, $time."
  captured=$((captured + 1))
done
for leaf in log/entries/*.warc.gz.leaf; do
  [ -e "$leaf" ] || continue
  name=${leaf#log/entries/} name=${name%.leaf}
  entry "$name"
  echo "6. $name, the whole file of which warc/ holds records, is entry $index of the log; its SHA-256: $digest"
done
echo "None of this shows who wrote a post, nor that a server really sent what was recorded."
echo "OK$untimed: $captured captured, unchanged since."
