using System.Security.Cryptography;
using TalkyWalky.Authority;
using TalkyWalky.Crypto;
using TalkyWalky.Pki;
using TalkyWalky.Pki.Log;
using TalkyWalky.Testing;
using TalkyWalky.Wire;

namespace TalkyWalky.Bench.Client;

/// <summary>One person who writes and many devices that read, with certificates of an authority in this process and keys of the committed pool.</summary>
internal sealed class Crowd : IDisposable
{
    private readonly CertificateAuthority _authority;
    private readonly List<GrantRecipient> _readers = [];
    private readonly RSA _identityKey = KeyPool.Shared.CreateRsa(3072);
    private readonly VerifiedDevice _author;
    private readonly byte[] _treeHead;
    private EncryptionKey? _firstKey;

    public Crowd()
    {
        Now = TimeProvider.System.GetUtcNow();
        var folder = Directory.CreateTempSubdirectory("talkywalky-crowd-");
        _authority = CertificateAuthority.Initialise(Path.Combine(folder.FullName, "ca"), "Example", "example.org", "a passphrase to measure", KeyPool.Shared, Now);
        folder.Delete(recursive: true);
        _author = Issue(UserId.New(), DeviceKeyUse.Identity, _identityKey);
        using var log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _treeHead = new TreeHead(1, Digest.Sha256("root"u8), Now).Sign(log);
    }

    public DateTimeOffset Now { get; }

    /// <summary>A room of so many devices.</summary>
    public GrantOrder Order(int devices)
    {
        while (_readers.Count < devices)
        {
            var key = KeyPool.Shared.CreateRsa(3072);
            var device = Issue(UserId.New(), DeviceKeyUse.Encryption, key);
            _firstKey ??= new EncryptionKey(key, device.CertificateHash);
            _readers.Add(new GrantRecipient(device, 1, Digest.Sha256("list"u8)));
        }

        var room = new GrantPlace.Room(new ConversationId(Digest.Sha256("room"u8)), 1, Digest.Sha256("head"u8));
        return new GrantOrder(_author, _identityKey, [_authority.IssuingCertificate], room, [.. _readers.Take(devices)], _treeHead, Previous: null);
    }

    /// <summary>As the first device does.</summary>
    public ReceivingSession Open(StartedSession started)
    {
        var first = _readers[0].Device;
        var reader = new GrantReader(_authority.Anchor, first.User, first.Device, [], Now);
        var slice = started.Slices.Single(slice => slice.Device == first.Device).Slice;
        return Grants.Open(started.Payload, slice, [_firstKey!], reader) is GrantOutcome.Opened opened ? opened.Session : throw new InvalidOperationException("the grant does not open");
    }

    public void Dispose()
    {
        _authority.Dispose();
        _identityKey.Dispose();
        _firstKey?.Key.Dispose();
    }

    private VerifiedDevice Issue(UserId user, DeviceKeyUse use, RSA key)
    {
        var issued = _authority.Issue(_authority.Prepare(use, "somebody", user, DeviceId.New(), key, Now));
        return DeviceCertificates.Verify(issued.Der, [_authority.IssuingCertificate], _authority.Anchor, use, Now) is DeviceVerification.Verified verified
            ? verified.Device
            : throw new InvalidOperationException("a device's certificate is refused");
    }
}
