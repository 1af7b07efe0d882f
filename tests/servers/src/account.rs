//! The services of one account, wired so that KMS encrypts for S3 and IAM decides for all, as AWS does.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use fakecloud_cloudtrail::{CloudTrailData, CloudTrailService};
use fakecloud_core::auth::{IamMode, MultiResourcePolicyProvider};
use fakecloud_core::delivery::DeliveryBus;
use fakecloud_core::dispatch::DispatchConfig;
use fakecloud_core::multi_account::{AccountState, MultiAccountState};
use fakecloud_core::registry::ServiceRegistry;
use fakecloud_iam::IamState;
use fakecloud_iam::credential_resolver::IamCredentialResolver;
use fakecloud_iam::iam_service::IamService;
use fakecloud_iam::policy_evaluator::IamPolicyEvaluatorImpl;
use fakecloud_iam::resource_policy::StsResourcePolicyProvider;
use fakecloud_iam::sts_service::StsService;
use fakecloud_kms::KmsService;
use fakecloud_kms::KmsState;
use fakecloud_kms::hook::KmsServiceHook;
use fakecloud_kms::resource_policy::KmsResourcePolicyProvider;
use fakecloud_persistence::cache::BodyCache;
use fakecloud_persistence::s3::{DiskS3Store, MemoryS3Store};
use fakecloud_persistence::{DiskSnapshotStore, S3Store, SnapshotStore};
use fakecloud_s3::S3Service;
use fakecloud_s3::S3State;
use fakecloud_s3::resource_policy::S3ResourcePolicyProvider;
use parking_lot::RwLock;

use crate::account_block::AccountBlock;
use crate::arguments::Arguments;
use crate::governed::{Governed, Nothing};
use crate::identities::Identities;
use crate::mfa::Again;
use crate::rules::Rules;
use crate::seed;

pub type Shared<T> = Arc<RwLock<MultiAccountState<T>>>;

/// In memory, at most.
const BODY_CACHE: u64 = 64 << 20;

pub struct Account {
    pub registry: ServiceRegistry,
    pub config: DispatchConfig,
    pub iam: Shared<IamState>,
}

struct States {
    iam: Shared<IamState>,
    kms: Shared<KmsState>,
    s3: Shared<S3State>,
    trails: Shared<CloudTrailData>,
}

impl Account {
    pub fn open(arguments: &Arguments, url: &str) -> Result<Self, Box<dyn Error>> {
        let states = States::fresh(arguments, url);
        let mut registry = ServiceRegistry::new();
        states.identities(arguments, &mut registry)?;
        states.keys(arguments, &mut registry)?;
        states.objects(arguments, &mut registry)?;
        states.trails(arguments, &mut registry)?;
        Ok(Account { registry, config: states.rules(arguments), iam: states.iam })
    }
}

fn fresh<T: AccountState>(arguments: &Arguments, url: &str) -> Shared<T> {
    Arc::new(RwLock::new(MultiAccountState::new(&arguments.account, &arguments.region, url)))
}

impl States {
    fn fresh(arguments: &Arguments, url: &str) -> Self {
        States {
            iam: fresh(arguments, url),
            kms: fresh(arguments, url),
            s3: fresh(arguments, url),
            trails: fresh(arguments, url),
        }
    }

    fn identities(&self, arguments: &Arguments, registry: &mut ServiceRegistry) -> Result<(), Box<dyn Error>> {
        let disk = disk(arguments, "iam")?;
        if let Some(kept) = load::<fakecloud_iam::IamSnapshot>(disk.as_ref())?.and_then(|kept| kept.accounts) {
            *self.iam.write() = kept;
        }
        for user in &arguments.users {
            seed::user(self.iam.write().default_mut(), user)?;
        }
        for role in &arguments.roles {
            seed::role(self.iam.write().default_mut(), role)?;
        }
        let mut iam = IamService::new(self.iam.clone());
        let mut sts = StsService::new(self.iam.clone()).with_snapshot_lock(iam.snapshot_lock());
        if let Some(disk) = disk {
            iam = iam.with_snapshot_store(disk.clone());
            sts = sts.with_snapshot_store(disk);
        }
        registry.register(Arc::new(Governed { service: iam, before: Box::new(Identities(self.iam.clone())) }));
        registry.register(Arc::new(Governed { service: sts, before: Box::new(Again(self.iam.clone())) }));
        Ok(())
    }

    fn keys(&self, arguments: &Arguments, registry: &mut ServiceRegistry) -> Result<(), Box<dyn Error>> {
        let disk = disk(arguments, "kms")?;
        if let Some(kept) = load::<fakecloud_kms::KmsSnapshot>(disk.as_ref())?.and_then(|kept| kept.accounts) {
            *self.kms.write() = kept;
        }
        let mut kms = KmsService::new(self.kms.clone());
        if let Some(disk) = disk {
            kms = kms.with_snapshot_store(disk);
        }
        registry.register(Arc::new(Governed { service: kms, before: Box::new(Nothing) }));
        Ok(())
    }

    fn objects(&self, arguments: &Arguments, registry: &mut ServiceRegistry) -> Result<(), Box<dyn Error>> {
        let store: Arc<dyn S3Store> = match &arguments.data {
            None => Arc::new(MemoryS3Store::new()),
            Some(data) => self.bodies(arguments, &data.join("s3"))?,
        };
        let hook = Arc::new(KmsServiceHook::new(self.kms.clone(), Arc::default()));
        let s3 = S3Service::with_store(self.s3.clone(), Arc::new(DeliveryBus::new()), store)
            .with_iam_mode(IamMode::Strict)
            .with_kms(self.kms.clone())
            .with_kms_hook(hook)
            .with_credential_resolver(IamCredentialResolver::shared(self.iam.clone()));
        registry.register(Arc::new(Governed { service: s3, before: Box::new(AccountBlock::default()) }));
        Ok(())
    }

    fn trails(&self, arguments: &Arguments, registry: &mut ServiceRegistry) -> Result<(), Box<dyn Error>> {
        let mut trails = CloudTrailService::new(self.trails.clone());
        if let Some(disk) = disk(arguments, "cloudtrail")? {
            fakecloud_cloudtrail::persistence::load_into(disk.as_ref(), &self.trails)?;
            trails = trails.with_snapshot_store(disk);
        }
        registry.register(Arc::new(Governed { service: trails, before: Box::new(Nothing) }));
        Ok(())
    }

    fn bodies(&self, arguments: &Arguments, root: &Path) -> Result<Arc<dyn S3Store>, Box<dyn Error>> {
        std::fs::create_dir_all(root)?;
        let cache = Arc::new(BodyCache::new(BODY_CACHE));
        let store = DiskS3Store::new(root.to_owned(), cache.clone());
        let kept = S3Store::load(&store)?;
        let mut refused = |bucket: &str, error: &_| eprintln!("bucket {bucket} refused: {error}");
        let (account, region) = (&arguments.account, &arguments.region);
        let state = fakecloud_s3::persistence::hydrate_s3_state_reporting(kept, account, region, &mut refused)?;
        let mut states = self.s3.write();
        *states.get_or_create(account) = state;
        states.default_mut().set_body_cache(cache);
        Ok(Arc::new(store))
    }

    fn rules(&self, arguments: &Arguments) -> DispatchConfig {
        DispatchConfig {
            region: arguments.region.clone(),
            account_id: arguments.account.clone(),
            verify_sigv4: true,
            iam_mode: IamMode::Strict,
            credential_resolver: Some(IamCredentialResolver::shared(self.iam.clone())),
            policy_evaluator: Some(Arc::new(Rules(IamPolicyEvaluatorImpl::shared(self.iam.clone())))),
            resource_policy_provider: Some(MultiResourcePolicyProvider::shared(vec![
                S3ResourcePolicyProvider::shared(self.s3.clone()),
                KmsResourcePolicyProvider::shared(self.kms.clone()),
                StsResourcePolicyProvider::shared(self.iam.clone()),
            ])),
            scp_resolver: None,
        }
    }
}

fn disk(arguments: &Arguments, service: &str) -> std::io::Result<Option<Arc<DiskSnapshotStore>>> {
    let Some(folder) = arguments.data.as_ref().map(|data| data.join(service)) else { return Ok(None) };
    std::fs::create_dir_all(&folder)?;
    Ok(Some(Arc::new(DiskSnapshotStore::new(folder.join("snapshot.json")))))
}

fn load<T>(disk: Option<&Arc<DiskSnapshotStore>>) -> Result<Option<T>, Box<dyn Error>>
where
    T: for<'d> serde::Deserialize<'d>,
{
    let Some(bytes) = disk.map(|disk| disk.load()).transpose()?.flatten() else { return Ok(None) };
    Ok(Some(serde_json::from_slice(&bytes)?))
}
