"""A session of boto3 with the checksums that it sends by default; part of s3clients.sh."""
import boto3, os
from boto3.s3.transfer import TransferConfig
from botocore.config import Config

client = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}))
box, big = {"Bucket": "boto-box"}, open("big.bin", "rb").read()
parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20, max_concurrency=4)


def say(*words): print("\n# boto3:", *words)


say("make a bucket, put, put in parts")
print(client.create_bucket(**box)["Location"])
print(client.put_object(**box, Key="dir/small.txt", Body=b"hello world", Metadata={"owner": "ä".encode().hex()})["ETag"])
client.upload_file("big.bin", "boto-box", "big.bin", Config=parts, ExtraArgs={"ChecksumAlgorithm": "SHA256", "ContentType": "x/y"})
head = client.head_object(**box, Key="big.bin", ChecksumMode="ENABLED")
print(head["ContentLength"], head["ETag"], head["ContentType"], head.get("ChecksumSHA256"), head.get("ChecksumType"))

say("list")
for page in client.get_paginator("list_objects_v2").paginate(**box, PaginationConfig={"PageSize": 1}):
    print([(item["Key"], item["Size"]) for item in page["Contents"]])
print([item["Prefix"] for item in client.list_objects(**box, Delimiter="/")["CommonPrefixes"]])

say("get, range, part")
client.download_file("boto-box", "big.bin", "boto.bin", Config=parts)
print(open("boto.bin", "rb").read() == big, client.get_object(**box, Key="dir/small.txt", Range="bytes=6-10")["Body"].read())
part = client.get_object(**box, Key="big.bin", PartNumber=4)
print(part["ContentRange"], part["PartsCount"], part["Body"].read() == big[15 << 20:])

say("copy, conditions, attributes, tags")
client.copy({"Bucket": "boto-box", "Key": "big.bin"}, "boto-box", "copy.bin", Config=parts)
print(client.get_object(**box, Key="copy.bin")["Body"].read() == big)
try: client.put_object(**box, Key="copy.bin", Body=b"x", IfNoneMatch="*")
except client.exceptions.ClientError as error: print(error.response["Error"]["Code"])
got = client.get_object_attributes(**box, Key="copy.bin", ObjectAttributes=["ObjectSize", "ObjectParts", "Checksum"])
print(got["ObjectSize"], got["ObjectParts"], got.get("Checksum"))
client.put_object_tagging(**box, Key="copy.bin", Tagging={"TagSet": [{"Key": "a", "Value": "b c"}]})
print(client.get_object_tagging(**box, Key="copy.bin")["TagSet"])

say("an upload that is given up")
upload = client.create_multipart_upload(**box, Key="left")["UploadId"]
client.upload_part(**box, Key="left", UploadId=upload, PartNumber=7, Body=b"x")
print([item["Key"] for item in client.list_multipart_uploads(**box)["Uploads"]])
print([item["PartNumber"] for item in client.list_parts(**box, Key="left", UploadId=upload)["Parts"]])
client.abort_multipart_upload(**box, Key="left", UploadId=upload)
print(client.list_multipart_uploads(**box).get("Uploads"))

say("remove")
keys = [{"Key": item["Key"]} for item in client.list_objects_v2(**box)["Contents"]]
print(sorted(item["Key"] for item in client.delete_objects(**box, Delete={"Objects": keys})["Deleted"]))
client.delete_bucket(**box)
try: client.head_bucket(**box)
except client.exceptions.ClientError as error: print(error.response["Error"]["Code"])
