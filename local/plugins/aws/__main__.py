from local.plugins.aws.provider import AwsProvider
from local.plugins.provider import run_provider

run_provider(AwsProvider())
