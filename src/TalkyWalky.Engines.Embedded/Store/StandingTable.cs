using TalkyWalky.Engines.Embedded.Sqlite;
using TalkyWalky.Wire;

namespace TalkyWalky.Engines.Embedded.Store;

/// <summary>What authorisation needs of many people's devices, without reading a certificate.</summary>
internal static class StandingTable
{
    public static IReadOnlyList<DeviceStanding> Of(Database database, IReadOnlyCollection<UserId> users)
    {
        var standings = new List<DeviceStanding>(2 * users.Count);
        foreach (var user in users)
        {
            // min() of a missing certificate is NULL.
            using var rows = database.Use("""
                SELECT device.device, device.state, min(identity.not_after, encryption.not_after), device.login_at
                FROM device
                LEFT JOIN certificate AS identity ON identity.serial = device.identity_serial
                LEFT JOIN certificate AS encryption ON encryption.serial = device.encryption_serial
                WHERE device.user = ?1
                """);
            rows.Bind(1, user.Value);
            while (rows.Step())
                standings.Add(new DeviceStanding(user, new DeviceId(rows.Id(0)), (DeviceState)rows.Int32(1), rows.TimeOrNull(2), rows.TimeOrNull(3)));
        }

        return standings;
    }
}
