using System.Security.Cryptography;
using TalkyWalky.Authority;
using TalkyWalky.Engines;
using TalkyWalky.Engines.Embedded;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

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

    /// <summary>A device of somebody else, certified and never logged.</summary>
    public RogueDevice Certify(string username, UserId user)
    {
        var (identityKey, encryptionKey) = (KeyPool.Shared.CreateRsa(3072), KeyPool.Shared.CreateRsa(3072));
        var device = DeviceId.New();
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
internal sealed record RogueDevice(RSA IdentityKey, VerifiedDevice Identity, VerifiedDevice Encryption, IReadOnlyList<ReadOnlyMemory<byte>> Chain);
