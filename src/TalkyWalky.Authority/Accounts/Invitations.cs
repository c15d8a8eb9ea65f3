using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using TalkyWalky.Engines;
using TalkyWalky.Wire;

namespace TalkyWalky.Authority;

/// <summary>
/// One-time invitations: 128 random bits in base64url, of which only the SHA-256 is kept. An account made with one, or by an administrator, leaves a voucher
/// behind: its first device may enter without showing an invitation again.
/// </summary>
internal sealed class Invitations(IStore store, AuditTrail trail, TimeProvider time)
{
    private const int TokenBytes = 16, MaxTokenLength = 128;
    private static readonly TimeSpan VoucherLife = TimeSpan.FromDays(30);

    public async Task<string> CreateAsync(string? username, TimeSpan life, Actor by, CancellationToken cancellation)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var now = time.GetUtcNow();
        await trail.WriteAsync(new AuditEntry
        {
            Act = AuditAct.Invite,
            By = by.ToString(),
            Name = username,
            Reason = string.Create(CultureInfo.InvariantCulture, $"invitation for {(username is null ? "anybody" : "this name")} until {now + life:u}"),
        });
        await store.AddInvitationAsync(new Invitation(HashOf(token), username, now, now + life), cancellation);
        return token;
    }

    public async Task<bool> RedeemAsync(string? token, string username, CancellationToken cancellation) =>
        token is { Length: > 0 and <= MaxTokenLength } && await store.RedeemInvitationAsync(HashOf(token), username, time.GetUtcNow(), cancellation);

    /// <summary>The account was not made: the next try may use it.</summary>
    public Task ReturnAsync(string token, CancellationToken cancellation) => store.ReturnInvitationAsync(HashOf(token), cancellation);

    public Task VouchAsync(Account account, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return store.AddInvitationAsync(new Invitation(VoucherOf(account), account.Username, now, now + VoucherLife), cancellation);
    }

    public Task<bool> RedeemVoucherAsync(Account account, CancellationToken cancellation) =>
        store.RedeemInvitationAsync(VoucherOf(account), account.Username, time.GetUtcNow(), cancellation);

    private static Digest HashOf(string token) => Digest.Sha256(Encoding.UTF8.GetBytes(token));

    // No token hashes to this: it stands for the account and cannot be shown by anyone.
    private static Digest VoucherOf(Account account)
    {
        using var hash = new FieldHash("first-device/v1");
        return hash.Add(account.User.ToArray()).Finish();
    }
}
