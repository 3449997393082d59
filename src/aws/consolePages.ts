/** A part of the console that can be opened at once. */
export interface ConsolePage {
  /** Kept to remember the choice by. */
  readonly id: string;
  /** As AWS calls the service. */
  readonly name: string;
  /** Other words that people type for it. */
  readonly also: string;
  /** Below the console's host. */
  readonly path: string;
}

function page(id: string, name: string, also = '', path = `/${id}/home`): ConsolePage {
  return { id, name, also, path };
}

/** The first page: what everybody sees after signing in. */
export const consoleHome: ConsolePage = page('console', 'Console Home', '', '/console/home');

/**
 * The services that people go to most, by name. Each path is the one that the console itself shows for the service; a path
 * that a service has given up is led on by it.
 */
export const consolePages: readonly ConsolePage[] = [
  consoleHome,
  page('amplify', 'AWS Amplify'),
  page('apigateway', 'API Gateway', 'REST HTTP WebSocket', '/apigateway/main/apis'),
  page('apprunner', 'App Runner'),
  page('athena', 'Athena', 'SQL'),
  page('backup', 'AWS Backup'),
  page('batch', 'AWS Batch'),
  page('bedrock', 'Amazon Bedrock', 'models AI'),
  page('billing', 'Billing and Cost Management', 'invoices', '/costmanagement/home'),
  page('acm', 'Certificate Manager', 'ACM TLS'),
  page('cloudformation', 'CloudFormation', 'stacks CDK'),
  page('cloudfront', 'CloudFront', 'CDN', '/cloudfront/v4/home'),
  page('cloudshell', 'CloudShell', 'terminal'),
  page('cloudtrail', 'CloudTrail', 'events audit', '/cloudtrailv2/home'),
  page('cloudwatch', 'CloudWatch', 'metrics alarms dashboards'),
  page('logs', 'CloudWatch Logs', 'log groups', '/cloudwatch/home#logsV2:log-groups'),
  page('codebuild', 'CodeBuild', '', '/codesuite/codebuild/projects'),
  page('codepipeline', 'CodePipeline', '', '/codesuite/codepipeline/pipelines'),
  page('cognito', 'Cognito', 'user pools', '/cognito/v2/home'),
  page('config', 'AWS Config', 'compliance'),
  page('cost-explorer', 'Cost Explorer', 'costs', '/costmanagement/home#/cost-explorer'),
  page('dynamodb', 'DynamoDB', 'tables NoSQL', '/dynamodbv2/home'),
  page('ec2', 'EC2', 'instances virtual machines'),
  page('elasticbeanstalk', 'Elastic Beanstalk'),
  page('ecr', 'Elastic Container Registry', 'ECR images', '/ecr/repositories'),
  page('ecs', 'Elastic Container Service', 'ECS Fargate', '/ecs/v2/home'),
  page('efs', 'Elastic File System', 'EFS NFS'),
  page('eks', 'Elastic Kubernetes Service', 'EKS'),
  page('elasticache', 'ElastiCache', 'Redis Valkey Memcached'),
  page('events', 'EventBridge', 'rules schedules'),
  page('glue', 'AWS Glue', 'ETL'),
  page('guardduty', 'GuardDuty', 'threats'),
  page('health', 'AWS Health', 'status', '/health/home'),
  page('iam', 'IAM', 'users roles policies'),
  page('singlesignon', 'IAM Identity Center', 'SSO'),
  page('kms', 'Key Management Service', 'KMS keys'),
  page('kinesis', 'Kinesis', 'streams'),
  page('lambda', 'Lambda', 'functions'),
  page('elb', 'Load Balancers', 'ELB ALB NLB', '/ec2/home#LoadBalancers:'),
  page('msk', 'MSK', 'Kafka'),
  page('opensearch', 'OpenSearch Service', 'Elasticsearch', '/aos/home'),
  page('organizations', 'AWS Organizations', 'accounts', '/organizations/v2/home'),
  page('rds', 'RDS', 'Aurora databases'),
  page('redshift', 'Redshift', 'warehouse', '/redshiftv2/home'),
  page('resource-groups', 'Resource Groups and Tag Editor', 'tags'),
  page('route53', 'Route 53', 'DNS domains', '/route53/v2/home'),
  page('s3', 'S3', 'buckets', '/s3/home'),
  page('sagemaker', 'SageMaker AI', 'machine learning'),
  page('secretsmanager', 'Secrets Manager', 'secrets', '/secretsmanager/listsecrets'),
  page('securityhub', 'Security Hub', 'findings'),
  page('servicecatalog', 'Service Catalog', 'products'),
  page('servicequotas', 'Service Quotas', 'limits'),
  page('ses', 'Simple Email Service', 'SES mail'),
  page('sns', 'Simple Notification Service', 'SNS topics', '/sns/v3/home'),
  page('sqs', 'Simple Queue Service', 'SQS queues', '/sqs/v3/home'),
  page('states', 'Step Functions', 'state machines workflows', '/states/home'),
  page('support', 'Support Center', 'cases', '/support/home'),
  page('systems-manager', 'Systems Manager', 'SSM parameters sessions'),
  page('trustedadvisor', 'Trusted Advisor', 'checks'),
  page('vpc', 'VPC', 'networks subnets', '/vpcconsole/home'),
  page('waf', 'WAF', 'firewall', '/wafv2/homev2'),
  page('xray', 'X-Ray', 'traces', '/xray/home'),
];

/**
 * The address of a page: the region goes before what names a place within it. Undefined region: where the person was last.
 */
export function pageAddress(consoleHost: string, { path }: ConsolePage, region: string | undefined): string {
  const [page = '', place] = path.split('#');
  const query = region === undefined ? '' : `?region=${region}`;
  return `https://${consoleHost}${page}${query}${place === undefined ? '' : `#${place}`}`;
}
