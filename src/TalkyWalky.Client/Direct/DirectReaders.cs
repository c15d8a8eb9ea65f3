using TalkyWalky.Client.Enrol;
using TalkyWalky.Client.Send;
using TalkyWalky.Client.Status;
using TalkyWalky.Client.Store;
using TalkyWalky.Crypto;
using TalkyWalky.Pki;
using TalkyWalky.Wire;

namespace TalkyWalky.Client.Direct;

/// <summary>Whom a message is sealed for while no server can be asked: the device at the other end, and those that the server listed last, verified again.</summary>
internal static class DirectReaders
{
    public static Readers Of(Rows rows, Credentials credentials, DirectPeer peer, StatusBook status, IntroductionDesk introductions, TimeProvider time)
    {
        var (self, other, now) = (credentials.Identity, peer.Identity.User, time.GetUtcNow());
        List<VerifiedDevice> devices = [peer.Encryption];
        Add(other);
        Add(self.User);
        return new Readers(new GrantPlace.Direct(credentials.Anchor.Hash, self.User, other), devices);

        void Add(UserId user)
        {
            foreach (var der in rows.KnownDevices.Of(user))
            {
                if (DeviceCertificates.Verify(der, [.. credentials.Issuing, .. peer.Issuing], credentials.Anchor, DeviceKeyUse.Encryption, now) is DeviceVerification.Verified { Device: var device }
                    && DirectStatus.Refusal(status, introductions, device, time) is null && device.User == user && device.Device != self.Device && devices.TrueForAll(one => one.Device != device.Device)) devices.Add(device);
            }
        }
    }
}
