pub struct Answer<R>(pub R);
