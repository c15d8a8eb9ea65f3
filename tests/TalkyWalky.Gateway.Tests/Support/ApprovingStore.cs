using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Gateway.Tests.Support;

/// <summary>The real store, in which every device counts as approved: who approves a person's second one is not the gateway's matter.</summary>
internal sealed class ApprovingStore(IStore inner) : IStore
{
    public async Task<DeviceRecord> AddDeviceAsync(UserId user, Digest identityKeyHash, bool firstMayEnter, DateTimeOffset now, CancellationToken cancellation) =>
        Approve(await inner.AddDeviceAsync(user, identityKeyHash, firstMayEnter, now, cancellation));

    public async Task<DeviceRecord?> FindDeviceAsync(DeviceId device, CancellationToken cancellation) =>
        await inner.FindDeviceAsync(device, cancellation) is { } record ? Approve(record) : null;

    public async Task<IReadOnlyList<DeviceRecord>> DevicesOfAsync(UserId user, CancellationToken cancellation) =>
        [.. (await inner.DevicesOfAsync(user, cancellation)).Select(Approve)];

    public Task AddCertificateAsync(IssuedCertificate certificate, CancellationToken cancellation) => inner.AddCertificateAsync(certificate, cancellation);

    public Task<IssuedCertificate?> FindCertificateAsync(string serial, CancellationToken cancellation) => inner.FindCertificateAsync(serial, cancellation);

    public Task AddInvitationAsync(Invitation invitation, CancellationToken cancellation) => inner.AddInvitationAsync(invitation, cancellation);

    public Task<bool> RedeemInvitationAsync(Digest tokenHash, string username, DateTimeOffset now, CancellationToken cancellation) =>
        inner.RedeemInvitationAsync(tokenHash, username, now, cancellation);

    public Task<ulong> AdvanceGenerationAsync(DeviceId device, ulong presented, CancellationToken cancellation) =>
        inner.AdvanceGenerationAsync(device, presented, cancellation);

    public Task SetLastSeenAsync(UserId user, DateTimeOffset time, CancellationToken cancellation) => inner.SetLastSeenAsync(user, time, cancellation);

    public Task<IReadOnlyDictionary<UserId, DateTimeOffset>> LastSeenAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        inner.LastSeenAsync(users, cancellation);

    public Task SetLoginAsync(DeviceId device, DateTimeOffset time, CancellationToken cancellation) => inner.SetLoginAsync(device, time, cancellation);

    public Task<bool> ApproveDeviceAsync(DeviceId device, byte[]? approval, DateTimeOffset now, CancellationToken cancellation) =>
        inner.ApproveDeviceAsync(device, approval, now, cancellation);

    public Task<bool> SuspendDeviceAsync(DeviceId device, CancellationToken cancellation) => inner.SuspendDeviceAsync(device, cancellation);

    public Task<bool> RevokeDeviceAsync(DeviceId device, DateTimeOffset now, CancellationToken cancellation) => inner.RevokeDeviceAsync(device, now, cancellation);

    public Task<bool> NameDeviceAsync(DeviceId device, string? name, CancellationToken cancellation) => inner.NameDeviceAsync(device, name, cancellation);

    public Task<bool> SetProfileAsync(UserId user, ulong version, byte[] record, CancellationToken cancellation) =>
        inner.SetProfileAsync(user, version, record, cancellation);

    public Task<IReadOnlyDictionary<UserId, byte[]>> ProfilesAsync(IReadOnlyCollection<UserId> users, CancellationToken cancellation) =>
        inner.ProfilesAsync(users, cancellation);

    public Task<bool> AppendCommitAsync(RoomCommit commit, CancellationToken cancellation) => inner.AppendCommitAsync(commit, cancellation);

    public Task<RoomRecord?> FindRoomAsync(ConversationId room, CancellationToken cancellation) => inner.FindRoomAsync(room, cancellation);

    public Task<IReadOnlyList<byte[]>> CommitsAsync(ConversationId room, ulong after, int maxBytes, CancellationToken cancellation) =>
        inner.CommitsAsync(room, after, maxBytes, cancellation);

    public Task<IReadOnlyList<RoomRecord>> RoomsOfAsync(UserId user, ConversationId? after, int limit, CancellationToken cancellation) =>
        inner.RoomsOfAsync(user, after, limit, cancellation);

    public Task<IReadOnlyList<RoomRecord>> OpenRoomsAsync(ConversationId? after, int limit, CancellationToken cancellation) =>
        inner.OpenRoomsAsync(after, limit, cancellation);

    public Task CheckAsync(CancellationToken cancellation) => inner.CheckAsync(cancellation);

    private static DeviceRecord Approve(DeviceRecord record) => record.State == DeviceState.Pending ? record with { State = DeviceState.Active } : record;
}
