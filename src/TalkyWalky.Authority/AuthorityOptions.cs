namespace TalkyWalky.Authority;

public enum RegistrationPolicy
{
    /// <summary>Anyone who reaches the server makes an account; the first device of any account may enter.</summary>
    Open,

    /// <summary>An account needs an invitation, and so does the first device of an account made elsewhere.</summary>
    Invite,

    /// <summary>Accounts are made by administrators only; a first device needs their voucher or an invitation.</summary>
    Closed,
}

/// <param name="LoginMaxAge">The password is asked again after this.</param>
public sealed record AuthorityOptions(RegistrationPolicy Registration, TimeSpan LoginMaxAge, int MaxDevicesPerUser);
