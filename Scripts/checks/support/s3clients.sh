#!/usr/bin/env bash
# One session of each S3 client against a store, compared with a transcript.
#
#   s3clients.sh WORK PYTHON BIN TRANSCRIPT     S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION
#
# UPDATE_TRANSCRIPTS=1 writes the transcript instead. Times, and what a client says of its own speed,
# are not part of it.
set -euo pipefail

work=$1 python=$2 bin=$3 transcript=$(realpath -m "$4")
support=$(realpath "$(dirname "$0")")
# A bundle of certificates from outside makes rclone refuse its own transport.
unset AWS_CA_BUNDLE AWS_PROFILE AWS_SESSION_TOKEN
export AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET_KEY
export AWS_DEFAULT_REGION=$S3_REGION AWS_ENDPOINT_URL=$S3_ENDPOINT AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=$work/aws.config AWS_SHARED_CREDENTIALS_FILE=$work/none HOME=$work LC_ALL=C.UTF-8
printf '[default]\nregion = %s\ns3 =\n  addressing_style = path\n  signature_version = s3v4\n' "$S3_REGION" >"$AWS_CONFIG_FILE"

cd "$work"
mkdir -p "tree/sub folder"
printf 'hello world' >small.txt
printf 'one' >"tree/a+b.txt"
printf 'two' >"tree/sub folder/ä.txt"
"$python" -c 'import random; open("big.bin", "wb").write(random.Random(1).randbytes(20_000_000))'

say() { printf '\n# %s\n' "$*"; }
same() { cmp "$1" "$2" && echo "$1 = $2"; }

aws_session() {
  aws() { "$bin/aws" "$@" 2>&1 || echo "exit code $?"; }
  say aws: make a bucket, put, put in parts
  aws s3 mb s3://aws-box
  aws s3 cp --no-progress small.txt s3://aws-box/dir/small.txt
  aws s3 cp --no-progress big.bin s3://aws-box/big.bin
  aws s3api head-object --bucket aws-box --key big.bin --query '[ContentLength,ETag]' --output text
  say aws: list
  aws s3 ls --recursive s3://aws-box
  aws s3 ls s3://aws-box
  say aws: get, range
  aws s3 cp --no-progress s3://aws-box/big.bin aws.bin
  same big.bin aws.bin
  aws s3api get-object --bucket aws-box --key dir/small.txt --range bytes=6-10 aws.part --query ContentRange
  cat aws.part && echo
  say aws: copy, synchronize
  aws s3 cp --no-progress s3://aws-box/big.bin s3://aws-box/copy.bin
  aws s3 sync --no-progress tree s3://aws-box/tree | sort
  aws s3 sync --no-progress tree s3://aws-box/tree
  aws s3 mv --no-progress "s3://aws-box/tree/a+b.txt" s3://aws-box/moved.txt
  say aws: remove
  aws s3 rm --recursive s3://aws-box | sort
  aws s3 rb s3://aws-box
  aws s3 ls s3://aws-box
}

s3cmd_session() {
  local host=${S3_ENDPOINT#http://}
  s3cmd() {
    "$bin/s3cmd" --config=/dev/null --access_key="$S3_ACCESS_KEY" --secret_key="$S3_SECRET_KEY" \
      --host="$host" --host-bucket="$host" --no-ssl --region="$S3_REGION" --no-progress "$@" 2>&1 ||
      echo "exit code $?"
  }
  say s3cmd: make a bucket, put, put in parts
  s3cmd mb s3://s3cmd-box
  s3cmd put small.txt s3://s3cmd-box/dir/small.txt
  s3cmd put big.bin s3://s3cmd-box/big.bin
  say s3cmd: list
  s3cmd ls --recursive s3://s3cmd-box
  s3cmd ls s3://s3cmd-box
  say s3cmd: get, the rest of a file
  s3cmd get --force s3://s3cmd-box/big.bin s3cmd.bin
  same big.bin s3cmd.bin
  printf 'hello ' >s3cmd.part
  s3cmd get --continue s3://s3cmd-box/dir/small.txt s3cmd.part
  same small.txt s3cmd.part
  say s3cmd: copy, synchronize
  s3cmd cp s3://s3cmd-box/dir/small.txt s3://s3cmd-box/copy.txt
  s3cmd sync tree/ s3://s3cmd-box/tree/
  s3cmd sync tree/ s3://s3cmd-box/tree/
  s3cmd mv "s3://s3cmd-box/tree/a+b.txt" s3://s3cmd-box/moved.txt
  say s3cmd: remove
  s3cmd rm --recursive --force s3://s3cmd-box | sort
  s3cmd rb s3://s3cmd-box
  s3cmd ls s3://s3cmd-box
}

rclone_session() {
  export RCLONE_CONFIG_BOX_TYPE=s3 RCLONE_CONFIG_BOX_PROVIDER=Other RCLONE_CONFIG_BOX_ENV_AUTH=true
  export RCLONE_CONFIG_BOX_ENDPOINT=$S3_ENDPOINT RCLONE_CONFIG_BOX_REGION=$S3_REGION
  export RCLONE_S3_UPLOAD_CUTOFF=5Mi RCLONE_S3_CHUNK_SIZE=5Mi RCLONE_CONFIG=$work/rclone.conf
  rclone() { command rclone --log-format "" "$@" 2>&1 || echo "exit code $?"; }
  touch "$RCLONE_CONFIG"
  say rclone: make a bucket, put, put in parts
  rclone mkdir box:rclone-box
  rclone copyto small.txt box:rclone-box/dir/small.txt
  rclone copyto big.bin box:rclone-box/big.bin
  say rclone: list
  rclone lsf --recursive --format ps box:rclone-box | sort
  rclone lsd box:rclone-box | sed 's/.* //'
  say rclone: get, range
  rclone copyto box:rclone-box/big.bin rclone.bin
  same big.bin rclone.bin
  rclone cat --offset 6 --count 5 box:rclone-box/dir/small.txt && echo
  say rclone: copy, synchronize, compare
  rclone copyto box:rclone-box/big.bin box:rclone-box/copy.bin
  rclone sync tree box:rclone-box/tree
  touch -d 2020-01-01 "tree/a+b.txt"
  rclone sync tree box:rclone-box/tree
  rclone lsf --format pt --files-only box:rclone-box/tree
  rclone check tree box:rclone-box/tree | sed 's/^ *: *//'
  rclone moveto "box:rclone-box/tree/a+b.txt" box:rclone-box/moved.txt
  say rclone: remove
  rclone delete box:rclone-box
  rclone lsf --recursive box:rclone-box
  rclone rmdir box:rclone-box
  rclone lsf box: | grep rclone-box || true
}

curl_session() {
  local url=$S3_ENDPOINT/curl-box
  # This curl signs, but leaves the hash of the body to its user.
  curl() {
    command curl --silent --show-error --fail-with-body --write-out '%{http_code}\n' \
      --aws-sigv4 "aws:amz:$S3_REGION:s3" --user "$S3_ACCESS_KEY:$S3_SECRET_KEY" \
      --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@" 2>&1 || echo "exit code $?"
  }
  say curl: make a bucket, put, get, range
  curl --request PUT "$url"
  curl --upload-file big.bin "$url/big.bin"
  curl --output curl.bin "$url/big.bin"
  same big.bin curl.bin
  curl --upload-file small.txt "$url/small.txt"
  curl --range 6-10 "$url/small.txt"
  say curl: copy, a presigned URL, list
  curl --request PUT --header 'x-amz-copy-source: /curl-box/small.txt' --output /dev/null "$url/copy.txt"
  command curl --silent --write-out ' %{http_code}\n' "$("$bin/aws" s3 presign s3://curl-box/copy.txt)"
  curl "$url/?list-type=2" | grep -o '<Key>[^<]*</Key>'
  say curl: remove
  for key in big.bin small.txt copy.txt ""; do curl --request DELETE "$url/$key"; done
  curl --output /dev/null "$url/small.txt"
}

{
  aws_session
  "$python" "$support/s3boto.py"
  s3cmd_session
  rclone_session
  curl_session
} 2>&1 | sed -E \
  -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?)?/TIME/g' \
  -e 's/ in [0-9.]+ seconds?(, [0-9.]+ [KMG]?B\/s)?/ in TIME/; s/\([0-9.]+ [KMG]?B\/s\)//; s/[0-9.]+ [KMG]?B\/s/SPEED/' \
  -e "s#$S3_ENDPOINT#ENDPOINT#g; s#$work#WORK#g; s/ +\$//" >session.txt

if [[ -n "${UPDATE_TRANSCRIPTS:-}" ]]; then
  cp session.txt "$transcript"
fi
diff -u "$transcript" session.txt
echo "s3-clients: same as recorded"
