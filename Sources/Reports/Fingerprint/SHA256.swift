import CLibCrypto

/// The SHA-256 digest of some bytes, 32 bytes long.
func digest(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(SHA256_DIGEST_LENGTH)) { buffer, count in
        _ = SHA256(bytes, bytes.count, buffer.baseAddress)
        count = Int(SHA256_DIGEST_LENGTH)
    }
}
