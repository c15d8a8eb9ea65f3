using System.Security.Cryptography;
using Google.Protobuf;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Jose;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;
using TreeHead = TalkyWalky.Pki.Log.TreeHead;
using UserHead = TalkyWalky.Pki.Log.UserHead;

namespace TalkyWalky.EndToEnd.Tests.Harness;

/// <summary>Who has the keys of the authority's CA and of its log, and makes with them what the authority never would.</summary>
internal sealed class RogueAuthority : IDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly ECDsa _logKey;

    private RogueAuthority(CertificateAuthority authority, ECDsa logKey, IReadOnlyList<byte[]> leaves) => (_authority, _logKey, Leaves) = (authority, logKey, leaves);

    public TrustAnchor Anchor => _authority.Anchor;

    public LogKey LogKey => LogKey.Of(_logKey);

    public ReadOnlyMemory<byte> Issuing => _authority.IssuingCertificates[0];

    /// <summary>The log as it was.</summary>
    public IReadOnlyList<byte[]> Leaves { get; }

    /// <summary>Reads a server's data while that does not run.</summary>
    public static async Task<RogueAuthority> OpenAsync(string data)
    {
        var passphrase = (await File.ReadAllTextAsync(Path.Combine(data, "ca.passphrase"))).TrimEnd('\n');
        var logKey = ECDsa.Create();
        logKey.ImportFromEncryptedPem(await File.ReadAllTextAsync(Path.Combine(data, "ca", "log.key")), passphrase);
        return new RogueAuthority(CertificateAuthority.Open(Path.Combine(data, "ca"), passphrase), logKey, await ReadLeavesAsync(Path.Combine(data, "talkywalky.db")));
    }

    /// <summary>The newest list of this person's devices in the log as it was.</summary>
    public DeviceList ListOf(string username)
    {
        var entries = Leaves.Select(static leaf => LogEntry.TryRead(leaf)!).ToList();
        var user = entries.OfType<LoggedCertificate>().Select(static one => CertifiedName.TryRead(one.Der)).First(name => string.Equals(name?.Name, username, StringComparison.Ordinal))!.User;
        return entries.OfType<DeviceList>().Last(list => list.User == user);
    }

    /// <summary>A device of somebody else, certified and never logged.</summary>
    /// <param name="as">One that the person has.</param>
    public RogueDevice Certify(string username, UserId user, DeviceId? @as = null)
    {
        var (identityKey, encryptionKey) = (KeyPool.Shared.CreateRsa(3072), KeyPool.Shared.CreateRsa(3072));
        var device = @as ?? DeviceId.New();
        return new RogueDevice(
            identityKey, Certify(DeviceKeyUse.Identity, username, user, device, identityKey), Certify(DeviceKeyUse.Encryption, username, user, device, encryptionKey), [Issuing]);
    }

    public byte[] Sign(TreeHead head) => head.Sign(_logKey);

    public byte[] Sign(UserHead head) => head.Sign(_logKey);

    public void Dispose()
    {
        _authority.Dispose();
        _logKey.Dispose();
    }

    private VerifiedDevice Certify(DeviceKeyUse use, string username, UserId user, DeviceId device, RSA key)
    {
        var issued = _authority.Issue(_authority.Prepare(use, username, user, device, key, DateTimeOffset.UtcNow));
        return DeviceCertificates.Verify(issued.Der, [Issuing], Anchor, use, DateTimeOffset.UtcNow) is DeviceVerification.Verified verified
            ? verified.Device
            : throw new InvalidOperationException("the certificate is none");
    }

    private static async Task<IReadOnlyList<byte[]>> ReadLeavesAsync(string database)
    {
        var engines = await EmbeddedEngines.OpenAsync(database, new EmbeddedOptions(MailboxLimits.Default), TimeProvider.System, CancellationToken.None);
        await using (engines)
        {
            var leaves = new List<byte[]>();
            while (await engines.Log.LeavesAsync((ulong)leaves.Count, 1024 * 1024, CancellationToken.None) is { Count: > 0 } more) leaves.AddRange(more);
            return leaves;
        }
    }
}

/// <param name="Chain">The issuing CA's certificate.</param>
internal sealed record RogueDevice(RSA IdentityKey, VerifiedDevice Identity, VerifiedDevice Encryption, IReadOnlyList<ReadOnlyMemory<byte>> Chain)
{
    public DeviceId Id => Identity.Device;

    public ListedDevice Listed(Admission letIn) => new(Id, Identity.CertificateHash, Encryption.CertificateHash, letIn);

    /// <summary>As the server gives it.</summary>
    public Device Given() => new()
    {
        Device_ = ByteString.CopyFrom(Id.ToArray()),
        IdentityCertificate = ByteString.CopyFrom(Identity.Der.Span),
        EncryptionCertificate = ByteString.CopyFrom(Encryption.Der.Span),
    };

    /// <summary>Lets a device in.</summary>
    public byte[] Approve(UserId user, DeviceId device, Digest key) =>
        new DeviceApproval(user, device, key, DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds())).Sign(Identity, IdentityKey, Chain);
}

internal static class RogueLists
{
    /// <summary>The list that follows, of these devices.</summary>
    public static DeviceList Then(this DeviceList before, params IEnumerable<ListedDevice> devices) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), before.User, before.Seq + 1, MerkleProof.HashLeaf(before.Encode()), [.. devices.OrderBy(static one => one.Device)]);
}
