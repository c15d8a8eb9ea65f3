#pragma warning disable
using System.Runtime.CompilerServices;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

internal sealed class MemoryEngines : IDirectory, IStore, IBroker
{
    private readonly Lock _gate = new();
    private readonly Dictionary<UserId, Account> _accounts = [];
    private readonly Dictionary<DeviceId, DeviceRecord> _devices = [];
    private readonly Dictionary<DeviceId, ulong> _generations = [];
    private readonly Dictionary<UserId, DateTimeOffset> _seen = [];
    private readonly Dictionary<DeviceId, Box> _boxes = [];
    public int BoxLimit { get; set; } = 100_000;
    public void Put(Account a) { lock (_gate) _accounts[a.User] = a; }
    public void Put(DeviceRecord d) { lock (_gate) _devices[d.Device] = d; }
    public Task<BindOutcome> BindAsync(string username, string password, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<Account?> FindAsync(string username, CancellationToken cancellation) { lock (_gate) return Task.FromResult(_accounts.Values.FirstOrDefault(a => a.Username == username)); }
    public Task<Account?> FindAsync(UserId user, CancellationToken cancellation) { lock (_gate) return Task.FromResult(_accounts.GetValueOrDefault(user)); }
    public Task<IReadOnlyList<Account>> ListAsync(string? after, int limit, CancellationToken cancellation) { lock (_gate) return Task.FromResult<IReadOnlyList<Account>>([.. _accounts.Values.Where(a => string.CompareOrdinal(a.Username, after) > 0).OrderBy(a => a.Username, StringComparer.Ordinal).Take(limit)]); }
    public Task<AddOutcome> AddAsync(NewAccount account, CancellationToken cancellation) { var a = new Account(UserId.New(), account.Username, account.FullName, account.Mail, true, TimeProvider.System.GetUtcNow(), null); Put(a); return Task.FromResult<AddOutcome>(new AddOutcome.Added(a)); }
    public Task<bool> SetEnabledAsync(UserId user, bool enabled, CancellationToken cancellation) { lock (_gate) { _accounts[user] = _accounts[user] with { Enabled = enabled }; return Task.FromResult(true); } }
    public Task<bool> SetPasswordAsync(UserId user, string password, CancellationToken cancellation) { lock (_gate) { _accounts[user] = _accounts[user] with { PasswordChangedAt = TimeProvider.System.GetUtcNow() }; return Task.FromResult(true); } }
    public Task<bool> UnlockAsync(UserId user, CancellationToken cancellation) => throw new NotSupportedException();
    public Task CheckAsync(CancellationToken cancellation) => Task.CompletedTask;
    public Task<DeviceRecord> AddDeviceAsync(UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now, CancellationToken cancellation) { var d = new DeviceRecord(DeviceId.New(), user, firstMayEnter ? DeviceState.Active : DeviceState.Pending, identityKeyHash, null, null, now, null); Put(d); return Task.FromResult(d); }
    public Task<DeviceRecord?> FindDeviceAsync(DeviceId device, CancellationToken cancellation) { lock (_gate) return Task.FromResult(_devices.GetValueOrDefault(device)); }
    public Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation) { lock (_gate) return Task.FromResult<IReadOnlyList<DeviceRecord>>([.. _devices.Values.Where(d => d.User == user)]); }
    public Task AddCertificateAsync(IssuedCertificate c, CancellationToken cancellation) { lock (_gate) { var d = _devices[c.Device!.Value]; _devices[d.Device] = c.Kind == CertificateKind.Identity ? d with { IdentityCertificate = c.Der } : d with { EncryptionCertificate = c.Der }; return Task.CompletedTask; } }
    public Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation) => throw new NotSupportedException();
    public Task AddInvitationAsync(Invitation invitation, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<bool> RedeemInvitationAsync(Digest tokenHash, string username, DateTimeOffset now, CancellationToken cancellation) => throw new NotSupportedException();
    public Task<ulong> AdvanceGenerationAsync(DeviceId device, ulong presented, CancellationToken cancellation) { lock (_gate) { var before = _generations.GetValueOrDefault(device); _generations[device] = Math.Max(before, presented); return Task.FromResult(before); } }
    public Task SetLastSeenAsync(UserId user, DateTimeOffset time, CancellationToken cancellation) { lock (_gate) _seen[user] = time; return Task.CompletedTask; }
    public Task<IReadOnlyDictionary<UserId, DateTimeOffset>> LastSeenAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) { lock (_gate) return Task.FromResult<IReadOnlyDictionary<UserId, DateTimeOffset>>(_seen.Where(s => users.Contains(s.Key)).ToDictionary()); }
    public Task SetLoginAsync(DeviceId device, DateTimeOffset time, CancellationToken cancellation) { lock (_gate) _devices[device] = _devices[device] with { LoginAt = time }; return Task.CompletedTask; }
    public Task CreateMailboxAsync(DeviceId device, CancellationToken cancellation) { lock (_gate) _boxes.TryAdd(device, new Box()); return Task.CompletedTask; }
    public Task DeleteMailboxAsync(DeviceId device, CancellationToken cancellation) { lock (_gate) _boxes.Remove(device); return Task.CompletedTask; }
    public async ValueTask<PublishOutcome> PublishAsync(Publication publication, CancellationToken cancellation)
    {
        lock (_gate)
        {
            var missing = publication.Recipients.Where(r => !_boxes.ContainsKey(r.Device)).Select(r => r.Device).ToList();
            if (missing.Count > 0) return new PublishOutcome.NoMailbox(missing);
            var full = new List<DeviceId>();
            foreach (var r in publication.Recipients) if (!_boxes[r.Device].Add(publication.Payload, r.Slice, BoxLimit)) full.Add(r.Device);
            if (full.Count == publication.Recipients.Count) return new PublishOutcome.AllFull();
            _ = full;
            return new PublishOutcome.Accepted(full);
        }
    }
    public Task<IMailbox?> OpenAsync(DeviceId device, int prefetch, CancellationToken cancellation) { lock (_gate) return Task.FromResult<IMailbox?>(_boxes.TryGetValue(device, out var box) ? box.Open(prefetch) : null); }
    public Task<MailboxUsage?> UsageAsync(DeviceId device, CancellationToken cancellation) { lock (_gate) return Task.FromResult<MailboxUsage?>(_boxes.TryGetValue(device, out var box) ? new MailboxUsage(box.Count, 0) : null); }

    private sealed class Box
    {
        private readonly Lock _gate = new();
        private readonly SortedDictionary<ulong, MailboxEntry> _entries = [];
        private ulong _next = 1;
        private Lease? _lease;
        public int Count { get { lock (_gate) return _entries.Count; } }
        public bool Add(ReadOnlyMemory<byte> payload, ReadOnlyMemory<byte> slice, int limit)
        {
            lock (_gate)
            {
                var ok = _entries.Count < limit;
                var tag = _next++;
                if (ok) _entries[tag] = new MailboxEntry.Stored(tag, payload, slice);
                else if (_entries.Values.Last() is MailboxEntry.OverflowMarker m) _entries[m.Tag] = m with { Dropped = m.Dropped + 1 };
                else _entries[tag] = new MailboxEntry.OverflowMarker(tag, 1, TimeProvider.System.GetUtcNow());
                _lease?.Wake.TrySetResult();
                return ok;
            }
        }
        public Lease Open(int prefetch)
        {
            lock (_gate) { _lease?.End(); return _lease = new Lease(this, prefetch); }
        }
        public sealed class Lease(Box box, int prefetch) : IMailbox
        {
            public TaskCompletionSource Wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
            private ulong _cursor; private int _out; private bool _ended;
            public void End() { _ended = true; Wake.TrySetResult(); }
            public async IAsyncEnumerable<MailboxEntry> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellation)
            {
                while (true)
                {
                    MailboxEntry? entry = null; Task wait;
                    lock (box._gate)
                    {
                        if (_ended) yield break;
                        if (_out < prefetch) { entry = box._entries.Values.FirstOrDefault(e => e.Tag > _cursor); if (entry is not null) { _cursor = entry.Tag; _out++; } }
                        if (Wake.Task.IsCompleted) Wake = new(TaskCreationOptions.RunContinuationsAsynchronously);
                        wait = Wake.Task;
                    }
                    if (entry is not null) yield return entry; else await wait.WaitAsync(cancellation);
                }
            }
            public ValueTask SettleAsync(ReadOnlyMemory<ulong> tags, CancellationToken cancellation)
            {
                lock (box._gate) { foreach (var t in tags.Span) if (t <= _cursor && box._entries.Remove(t)) _out--; Wake.TrySetResult(); }
                return ValueTask.CompletedTask;
            }
            public ValueTask DisposeAsync() { lock (box._gate) { if (!_ended) End(); if (box._lease == this) box._lease = null; } return ValueTask.CompletedTask; }
        }
    }
}
